"""A profile's color in the header."""

from __future__ import annotations

import pytest

from rcv3_tui.settings import Settings
from rcv3_tui.tui.profile_color import GREEN, OTHERS, RED, color_of, text_on


@pytest.mark.parametrize("name", ["acme-prod", "PRODUCTION", "live", "eu-prd-2"])
def test_production_is_red(name: str) -> None:
    assert color_of(Settings(profile=name)) == RED


@pytest.mark.parametrize("name", ["demo", "acme-staging", "dev", "test-2"])
def test_test_profile_is_green(name: str) -> None:
    assert color_of(Settings(profile=name)) == GREEN


def test_other_names_have_another_color() -> None:
    colors = {color_of(Settings(profile=name)) for name in ("acme", "globex", "initech", "hooli")}
    assert colors <= set(OTHERS)
    assert len(colors) > 1
    assert color_of(Settings(profile="acme")) == color_of(Settings(profile="acme"))


def test_configured_color_takes_precedence() -> None:
    assert color_of(Settings(profile="prod", color="Blue")) == "#0000FF"
    assert color_of(Settings(profile="prod", color="#00ff00")) == "#00FF00"


def test_text_on_a_color_is_black_or_white() -> None:
    assert text_on("#ffff00") == "#000000"
    assert text_on(RED) == "#ffffff"
