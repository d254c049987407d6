"""Makes text that a service sent back safe to show: without secrets in any encoding, in one line.

Identity quotes its requests: in JSON, in a URL, in a web page. Each of these escapes some
characters, so a plain comparison with the secret misses the escaped ones.
"""

from __future__ import annotations

import base64
import html.entities
import re
import unicodedata
from functools import lru_cache
from typing import Final

from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.settings import Secret

REMOVED: Final = "[removed]"
"""What is shown in place of a secret."""

MAX_TEXT: Final = 300
"""Characters of the longest message that is shown."""

UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)

_SHORTEST: Final = 4
"""Characters of the shortest secret that is removed; shorter ones also match ordinary words."""

_SHORTEST_BASE64: Final = 6

_RUN: Final = re.compile(r"\\+|\s+|.", re.DOTALL)

_ESCAPE: Final = r"\\{1,8}"
"""Backslashes before an escape, more where it was escaped again; bounded, as all repetitions here
are, so that no text takes long to search."""

_ENTITIES: Final = {**html.entities.codepoint2name, ord("'"): "apos"}
_JSON_LETTERS: Final = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}

_NAMED_SECRET: Final = re.compile(
    r"(x-(?:auth|subject)-token|tokens?|api[-_ ]?key|pass(?:word|code)|secret)"
    r"(\"?'?\s*[:=]\s*\"?'?)[^\s\"',;}&<]+",
    re.IGNORECASE,
)
_LONG_RUN: Final = re.compile(r"[A-Za-z0-9_=+-]{24,}")


def redact(text: str, *secrets: Secret | None) -> str:
    """Remove secrets from a text.

    This finds the plain text in any letter case, JSON and Python escapes, percent encoding, HTML
    entities, UTF-8 read as Latin-1, each also applied twice, hexadecimal digits, and Base64,
    alone or as part of something longer (`user:password`).

    Args:
        text: As the service sent it, before or after decoding.
        secrets: What must not be shown; None and secrets of fewer than four characters are
            ignored.

    Returns:
        The text with each of them replaced by `REMOVED`.
    """
    for secret in secrets:
        for form in () if secret is None else _whole_and_bare(secret.reveal()):
            for pattern in _patterns(form):
                text = pattern.sub(REMOVED, text)
    return text


def _whole_and_bare(secret: str) -> list[str]:
    """Return a secret, also without blanks or quotes around it, which services may drop."""
    bare = secret.strip()
    forms = dict.fromkeys((secret, bare, bare.strip("\"'")))
    return [form for form in forms if len(form) >= _SHORTEST]


@lru_cache(maxsize=8)
def _patterns(secret: str) -> tuple[re.Pattern[str], ...]:
    spelled = _RUN.sub(_spelled_run, secret)
    return tuple(
        re.compile(pattern, re.IGNORECASE) for pattern in (spelled, *_binary_forms(secret))
    )


def _spelled_run(run: re.Match[str]) -> str:
    """Return a pattern for one character, or for a run of backslashes or of white space."""
    character, length = run.group()[0], len(run.group())
    if character == "\\":
        # Escaping doubles them; one repetition for the run, since several would be slow to match.
        return rf"(?:{_spellings(character)}){{{length},{4 * length}}}"
    if character.isspace():
        # Runs of blanks are drawn together before a text is shown.
        encoded = "|".join("|".join(_encoded(each)) for each in dict.fromkeys(run.group()))
        return rf"(?:\s|\+|{encoded}){{1,{max(40, length)}}}"
    return _spellings(character)


def _spellings(character: str) -> str:
    """Return a pattern for one character in all spellings."""
    code = ord(character)
    forms = [re.escape(character), *_encoded(character)]
    if code < 0x80 and not character.isalnum() and character != "\\":
        forms.append(rf"{_ESCAPE}{re.escape(character)}")
    elif code >= 0x80:
        forms += [re.escape(unicodedata.normalize(form, character)) for form in ("NFC", "NFD")]
        # Another encoding than UTF-8, read as UTF-8.
        forms += ["\N{REPLACEMENT CHARACTER}{1,4}", r"\?"]
    return f"(?:{'|'.join(dict.fromkeys(form for form in forms if form))})"


def _encoded(character: str) -> list[str]:
    """Return patterns for one character as JSON, Python, URLs and HTML may escape it."""
    code = ord(character)
    data = character.encode("utf-8", "surrogatepass")
    units = re.findall("....", character.encode("utf-16-be", "surrogatepass").hex())
    forms = [
        "".join(rf"{_ESCAPE}u{unit}" for unit in units),
        "".join(f"%(?:25){{0,3}}{byte:02x}" for byte in data),
        rf"&(?:amp;){{0,3}}#0{{0,6}}{code};",
        rf"&(?:amp;){{0,3}}#x0{{0,6}}{code:x};",
    ]
    if code <= 0xFF:
        forms += [rf"{_ESCAPE}x{code:02x}", f"%(?:25){{0,3}}{code:02x}"]
    else:
        forms.append(rf"{_ESCAPE}U{code:08x}")
    if code >= 0x80:
        forms.append("".join(rf"{_ESCAPE}x{byte:02x}" for byte in data))
        # UTF-8, read as another encoding.
        for wrong in ("latin-1", "cp1252"):
            misread = data.decode(wrong, "replace").replace("\N{REPLACEMENT CHARACTER}", "")
            forms.append(re.escape(misread))
    if code in _ENTITIES:
        forms.append(f"&(?:amp;){{0,3}}{_ENTITIES[code]};")
    if character in _JSON_LETTERS:
        forms.append(rf"{_ESCAPE}{_JSON_LETTERS[character]}")
    return list(dict.fromkeys(forms))


def _binary_forms(secret: str) -> list[str]:
    """Return patterns for the secret's bytes in hexadecimal digits and in Base64."""
    data = secret.encode("utf-8", "surrogatepass")
    forms = [data.hex()]
    for before in range(3):
        # Bytes around the secret change the characters at both ends; those between are its own.
        encoded = base64.b64encode(bytes(before) + data).decode().rstrip("=")
        first = (0, 2, 3)[before]
        core = encoded[first : (before + len(data)) * 8 // 6]
        if len(core) >= _SHORTEST_BASE64:
            inner = "".join(
                {"+": r"(?:[+-]|%2b)", "/": r"(?:\\{0,8}[/_]|%2f)"}.get(c, c) for c in core
            )
            forms.append(rf"(?<![\w+/-])[\w+/-]*{inner}(?:[\w+/-]|%3d)*={{0,2}}")
    return forms


def sanitize(text: str, longest: int = MAX_TEXT) -> str:
    """Make a service's message safe to show: no controls, nothing like a token, not too long.

    Args:
        text: As the service sent it.
        longest: Characters of the result, at most.

    Returns:
        One line.
    """
    line = " ".join(text[: longest * 8].split())
    line = _NAMED_SECRET.sub(rf"\1\2{REMOVED}", line)
    line = _LONG_RUN.sub(_drop_token, line)
    line = escape_controls(line)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _drop_token(found: re.Match[str]) -> str:
    run = found.group()
    rest = UUID.sub("", run)
    # Hexadecimal and such in one piece, or base64: long names have neither.
    pieces = [piece for piece in re.split(r"[-_]", rest) if len(piece) >= 24]
    solid = any(sum(c.isdigit() for c in piece) >= 3 for piece in pieces)
    mixed = len(rest) >= 32 and re.search(r"[a-z]", rest) and re.search(r"[A-Z]", rest)
    return REMOVED if solid or (mixed and re.search(r"\d", rest)) else run
