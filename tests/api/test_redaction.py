from __future__ import annotations

import base64
import html
import json
import time
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rcv3_tui.api.error_responses import extract_messages
from rcv3_tui.api.redaction import REMOVED, redact
from rcv3_tui.settings import Secret

SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper case": str.upper,
    "JSON": json.dumps,
    "JSON, letters as they are": lambda text: json.dumps(text, ensure_ascii=False),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "JSON with escaped slashes": lambda text: json.dumps(text).replace("/", r"\/"),
    "Python": ascii,
    "percent": lambda text: urllib.parse.quote(text, safe=""),
    "a form": urllib.parse.quote_plus,
    "percent twice": lambda text: urllib.parse.quote(urllib.parse.quote(text, safe="")),
    "HTML": html.escape,
    "HTML twice": lambda text: html.escape(html.escape(text)),
    "decimal entities": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "hexadecimal entities": lambda text: "".join(f"&#x{ord(c):X};" for c in text),
    "Base64": lambda text: base64.b64encode(text.encode()).decode(),
    "Base64 with a user": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "Base64 for URLs": lambda text: base64.urlsafe_b64encode(f"us:{text}!".encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "read as Latin-1": lambda text: text.encode().decode("latin-1"),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@settings(deadline=None)
@given(
    st.text(
        st.characters(blacklist_categories=("Cs", "Cc"), max_codepoint=0x1F9FF),
        min_size=6,
        max_size=40,
    ).filter(lambda text: text.isascii() or text.upper().lower() == text.lower())
)
def test_secret_is_removed_in_every_spelling(spell: Callable[[str], str], secret: str) -> None:
    shown = redact(f"before [{spell(secret)}] after", Secret(secret))

    assert shown.startswith("before [")
    assert shown.endswith("] after")
    assert REMOVED in shown
    assert len(shown) <= len("before [] after") + len(REMOVED) + 12


@example("hunter2-blank \r", "HTML")
@example('"quoted-secret"', "plain")
@settings(deadline=None)
@given(st.text(min_size=6, max_size=40), st.sampled_from(["JSON", "HTML", "plain"]))
def test_no_text_of_error_holds_secret(secret: str, spelling: str) -> None:
    try:
        quoted = SPELLINGS[spelling](secret).encode()
    except UnicodeEncodeError:
        return
    body = b'{"message": ' + quoted + b"}" if spelling == "JSON" else b"refused: " + quoted
    shown = " ".join(extract_messages(body, Secret(secret)))
    bare = secret.strip().strip("\"'")

    assert len(bare) < 6 or bare in "refused: [removed]" or bare not in shown


def test_long_token_is_removed_whole() -> None:
    token = "AbC9-_" * 700

    assert redact(f"a {token} b", Secret(token)).replace(REMOVED, "") == "a  b"


def test_short_secret_does_not_blank_out_words() -> None:
    assert redact("a key is wrong", Secret("key"), None) == "a key is wrong"


@pytest.mark.parametrize("piece", ["\\", "a", "%25", "&amp;", " ", "\ufffd", "0"])
def test_no_text_takes_long_to_search(piece: str) -> None:
    text = piece * (64 * 1024 // len(piece))
    began = time.process_time()

    redact(text, Secret('ä"ss\\w/o<r>d €😀 x'), Secret(" a" + "0" * 30))

    assert time.process_time() - began < 5
