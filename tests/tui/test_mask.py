"""The mask for a shared screen."""

from __future__ import annotations

import pytest

from rcv3_tui.tui.mask import Mask
from tests.support.snapshots import two_servers


def mask(*names: str) -> Mask:
    made = Mask()
    made.is_on = True
    made.register("server", names)
    return made


def test_mask_is_off_until_it_is_switched_on() -> None:
    made = mask("web-01")
    made.is_on = False
    assert made("web-01 has 203.0.113.5") == "web-01 has 203.0.113.5"


def test_name_has_the_same_substitute_everywhere() -> None:
    made = mask("web-01", "web-010")
    assert made("web-01 and web-010") == "server-001 and server-002"
    assert made('"name": "web-01",') == '"name": "server-001",'
    assert made("add public IP to web-01.") == "add public IP to server-001."


@pytest.mark.parametrize("name", ["two words", "a/b", "[red]x[/]", "é"])
def test_names_of_any_spelling_are_hidden(name: str) -> None:
    assert name not in mask(name)(f"the server {name}: gone")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("203.0.113.5", "xxx.x.xxx.x"),
        ("10.0.0.1/24", "xx.x.x.x/24"),
        ("203.0.113.5:80", "xxx.x.xxx.x:80"),
        ("2001:db8::1:2:3", "xxxx:xxx::x:x:x"),
    ],
)
def test_addresses_are_hidden(text: str, hidden: str) -> None:
    assert mask()(text) == hidden


@pytest.mark.parametrize("text", ["14:02:10", "30/30 req/min", "ADDING 12s", "version 1.2", "1-2"])
def test_times_and_counts_are_not_addresses(text: str) -> None:
    assert mask()(text) == text


def test_account_is_known_whole() -> None:
    made = mask()
    made.register_account(two_servers())
    shown = made("web db pool p1 pool p2")
    assert "web" not in shown
    assert "p1" not in shown
