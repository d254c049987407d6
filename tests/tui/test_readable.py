"""Whatever theme is on and however few colours there are, text stands out from its ground."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rcv3_tui.pictures import PICTURES, Picture
from rcv3_tui.pictures.frame import Paint, take
from rcv3_tui.pictures.stage import SMALL, WIDE, Play, Stage, stage
from rcv3_tui.terminal import Depth
from rcv3_tui.tui.shades import READABLE, Rgb, contrast

SCENES = ("overview", "trouble", "removal", "picker", "protected")


@pytest.mark.parametrize("name", SCENES)
async def test_text_can_be_read_in_every_theme_at_every_depth(name: str) -> None:
    shown = _named(name)
    faint: set[str] = set()
    async with stage(shown.play, SMALL) as on_stage:
        await shown.scene(on_stage)
        for theme in sorted(on_stage.app.available_themes):
            on_stage.app.theme = theme
            await on_stage.look()
            for depth in (Depth.TRUE, Depth.EIGHT_BIT, Depth.SIXTEEN, Depth.EIGHT):
                on_stage.app.depth = depth
                for text, paint in _words(on_stage):
                    if contrast(_rgb(paint.front), _rgb(paint.back)) < READABLE - 0.01:
                        faint.add(f"{theme}, {depth.name}: {text!r} {paint}")
    assert not faint, "\n".join(sorted(faint))


@pytest.mark.parametrize("depth", [Depth.EIGHT, Depth.SIXTEEN, Depth.EIGHT_BIT, Depth.NONE])
async def test_cursor_row_and_focused_pane_are_seen_at_every_depth(depth: Depth) -> None:
    shown = _named("overview")
    async with stage(_with(depth), WIDE) as on_stage:
        await shown.scene(on_stage)
        for theme in ("rcv3", "textual-light", "gruvbox"):
            on_stage.app.theme = theme
            await on_stage.look()
            rows = take(on_stage.app)
            text = ["".join(part for part, _, _ in row) for row in rows]
            cursor = next(row for row, line in zip(rows, text, strict=True) if "❯ web-01" in line)
            other = next(row for row, line in zip(rows, text, strict=True) if "  web-02" in line)
            assert cursor[0][2].back != other[0][2].back, theme
            active = next(row for row, line in zip(rows, text, strict=True) if "1 Servers" in line)
            waiting = next(row for row, line in zip(rows, text, strict=True) if "2 Public" in line)
            assert active[0][2].back != waiting[0][2].back, theme


@pytest.mark.parametrize("name", ["palette", "picker", "sort"])
@pytest.mark.parametrize("depth", [Depth.EIGHT, Depth.SIXTEEN, Depth.NONE])
async def test_what_is_chosen_in_a_list_is_seen_at_every_depth(name: str, depth: Depth) -> None:
    async with stage(_with(depth, name), SMALL) as on_stage:
        await _named(name).scene(on_stage)
        await on_stage.wait(0.0)
        words = {"palette": "region", "picker": "web-02", "sort": "1  NAME"}[name]
        rows = [row for row in await on_stage.look() if words in "".join(t for t, _, _ in row)]
        paints = {paint for row in rows for text, _, paint in row if words in text}
        plain = {"#000000", "#0c0c0c"}
        assert any(paint.back not in plain or paint.underline for paint in paints), rows


async def test_the_profile_is_unmistakable_with_and_without_colour() -> None:
    for depth in (Depth.TRUE, Depth.EIGHT, Depth.NONE):
        shown = _named("protected")
        async with stage(_with(depth, "protected"), SMALL) as on_stage:
            await shown.scene(on_stage)
            header = (await on_stage.look())[0]
            (paint,) = {paint for text, _, paint in header if "acme-production" in text}
            assert paint.back != header[-1][2].back
            text = "".join(part for part, _, _ in header)
            assert "PROTECTED" in text
            assert "READ-ONLY" in text


def _named(name: str) -> Picture:
    return next(shown for shown in PICTURES if shown.name == name)


def _with(depth: Depth, name: str = "overview") -> Play:
    return replace(_named(name).play, depth=depth)


def _words(on_stage: Stage) -> list[tuple[str, Paint]]:
    return [
        (text.strip(), paint)
        for row in take(on_stage.app)
        for text, _, paint in row
        if text.strip()
    ]


def _rgb(color: str) -> Rgb:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
