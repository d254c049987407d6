"""Style sheets that every console of a test process parses once."""

from __future__ import annotations

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

_Key = tuple[str, CSSLocation, bool, int, str, frozenset[tuple[str, str]]]


def share_parsed_styles() -> None:
    """Make Textual parse a style sheet once for all applications that give it the same variables.

    Textual caches parsed style sheets per application, and each test opens another one.
    """
    parse = Stylesheet._parse_rules
    parsed: dict[_Key, list[RuleSet]] = {}

    def parse_once(
        self: Stylesheet,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        variables = frozenset(self._variables.items())
        key = (css, read_from, is_default_rules, tie_breaker, scope, variables)
        if key not in parsed:
            parsed[key] = parse(self, css, read_from, is_default_rules, tie_breaker, scope)
        return parsed[key]

    Stylesheet._parse_rules = parse_once  # type: ignore[method-assign]
