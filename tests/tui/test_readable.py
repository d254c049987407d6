"""Text is readable in every theme at every color depth."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rcv3_tui.terminal_capabilities import ColorDepth
from rcv3_tui.tui.color_mapping import READABLE, Rgb, contrast
from rcv3_tui.tui.screen_diff import cells_of
from tests.screenshots.capture import CellStyle, capture, style_of
from tests.screenshots.screenshots import SCREENSHOTS, Screenshot
from tests.screenshots.session import SMALL, WIDE, SceneSetup, Session, open_session

SCENES = ("overview", "trouble", "removal", "picker", "protected")


@pytest.mark.parametrize("name", SCENES)
async def test_text_is_readable_in_a_dark_and_a_light_theme_at_every_depth(name: str) -> None:
    await _assert_readable(name, ("rcv3", "textual-light"))


@pytest.mark.parametrize(
    "name",
    # The scene with the most kinds of text; the others in the slow pass.
    [name if name == "trouble" else pytest.param(name, marks=pytest.mark.slow) for name in SCENES],
)
async def test_text_is_readable_in_every_theme_at_every_depth(name: str) -> None:
    await _assert_readable(name)


async def _assert_readable(name: str, themes: tuple[str, ...] = ()) -> None:
    """Check the text of a scene in some themes; in all of them where none is named."""
    shown = _named(name)
    faint: set[str] = set()
    async with open_session(shown.setup, SMALL) as session:
        await shown.scene(session)
        for theme in themes or sorted(session.app.available_themes):
            session.app.theme = theme
            await session.capture()
            for style, text in _styles(session).items():
                for depth in (
                    ColorDepth.TRUE,
                    ColorDepth.EIGHT_BIT,
                    ColorDepth.SIXTEEN,
                    ColorDepth.EIGHT,
                ):
                    seen = _seen(style, depth)
                    if contrast(_rgb(seen.front), _rgb(seen.back)) < READABLE - 0.01:
                        faint.add(f"{theme}, {depth.name}: {text!r} {seen}")
    assert not faint, "\n".join(sorted(faint))


@pytest.mark.parametrize(
    "depth", [ColorDepth.EIGHT, ColorDepth.SIXTEEN, ColorDepth.EIGHT_BIT, ColorDepth.NONE]
)
async def test_cursor_row_and_focused_pane_are_visible_at_every_depth(depth: ColorDepth) -> None:
    shown = _named("overview")
    async with open_session(_with(depth), WIDE) as session:
        await shown.scene(session)
        for theme in ("rcv3", "textual-light", "gruvbox"):
            session.app.theme = theme
            await session.capture()
            rows = capture(session.app)
            text = ["".join(part for part, _, _ in row) for row in rows]
            cursor = next(row for row, line in zip(rows, text, strict=True) if "❯ web-01" in line)
            other = next(row for row, line in zip(rows, text, strict=True) if "  web-02" in line)
            assert cursor[0][2].back != other[0][2].back, theme
            active = next(row for row, line in zip(rows, text, strict=True) if "1 Servers" in line)
            waiting = next(row for row, line in zip(rows, text, strict=True) if "2 Public" in line)
            assert active[0][2].back != waiting[0][2].back, theme


@pytest.mark.parametrize("depth", [ColorDepth.EIGHT, ColorDepth.SIXTEEN, ColorDepth.NONE])
async def test_selected_list_row_is_visible_at_every_depth(depth: ColorDepth) -> None:
    async with open_session(_with(depth), SMALL) as session:
        for name, words in (("sort", "1  NAME"), ("palette", "region"), ("picker", "web-02")):
            await _named(name).scene(session)
            await session.wait(0.0)
            screen = await session.capture()
            rows = [row for row in screen if words in "".join(text for text, _, _ in row)]
            styles = {style for row in rows for text, _, style in row if words in text}
            plain = {"#000000", "#0c0c0c"}
            assert any(style.back not in plain or style.underline for style in styles), (name, rows)
            await session.press("escape")


async def test_protected_profile_is_visible_with_and_without_color() -> None:
    for depth in (ColorDepth.TRUE, ColorDepth.EIGHT, ColorDepth.NONE):
        shown = _named("protected")
        async with open_session(_with(depth, "protected"), SMALL) as session:
            await shown.scene(session)
            header = (await session.capture())[0]
            (style,) = {style for text, _, style in header if "acme-production" in text}
            assert style.back != header[-1][2].back
            text = "".join(part for part, _, _ in header)
            assert "PROTECTED" in text
            assert "READ-ONLY" in text


def _named(name: str) -> Screenshot:
    return next(shown for shown in SCREENSHOTS if shown.name == name)


def _with(depth: ColorDepth, name: str = "overview") -> SceneSetup:
    return replace(_named(name).setup, depth=depth)


def _styles(session: Session) -> dict[Style, str]:
    """Return every style of a text on the screen, with such a text."""
    return {
        style: text.strip()
        for strip in session.app.screen._compositor.render_strips()
        for text, style, _ in strip
        if text.strip() and style is not None
    }


def _seen(style: Style, depth: ColorDepth) -> CellStyle:
    """Return a style as a terminal of this depth shows it."""
    ((_, look),) = cells_of(Strip([Segment("x", style)]), depth)
    return style_of(look)


def _rgb(color: str) -> Rgb:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
