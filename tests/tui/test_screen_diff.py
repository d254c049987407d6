"""The terminal ends up the same as Textual would have it, in fewer bytes."""

import pyte
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from rcv3_tui.terminal_capabilities import ColorDepth
from rcv3_tui.tui.screen_diff import ScreenBuffer

RED = Style(color="#ff0000", bgcolor="#000000", bold=True)
GREY = Style(color="#808080", bgcolor="#000000")


def line(*parts: tuple[str, Style]) -> Strip:
    return Strip([Segment(text, style) for text, style in parts])


def full(*strips: Strip) -> LayoutUpdate:
    return LayoutUpdate([[strip] for strip in strips], Region(0, 0, 10, len(strips)))


def part(strip: Strip, start: int, end: int) -> ChopsUpdate:
    return ChopsUpdate([{0: strip}], [(0, start, end)], [[10]])


def shown(*outputs: str) -> list[str]:
    screen = pyte.Screen(10, 3)
    stream = pyte.Stream(screen)
    for output in outputs:
        stream.feed(output)
    return [text.rstrip() for text in screen.display]


def test_first_frame_is_written_completely_and_an_equal_one_not_at_all() -> None:
    written = ScreenBuffer()
    update = full(line(("abc", RED), ("defghij", GREY)), line(("0123456789", GREY)))
    first = written.difference(update)
    assert shown(first)[:2] == ["abcdefghij", "0123456789"]
    assert len(first) < len(update.render_segments(Console(color_system="truecolor")))
    assert written.difference(update) == ""


def test_only_the_cells_that_differ_are_written() -> None:
    written = ScreenBuffer()
    first = written.difference(full(line(("0123456789", GREY))))
    second = written.difference(part(line(("01234X6789", GREY)), 0, 10))
    assert second.count("X") == 1
    assert not set("0123456789") & set(second.split("m")[1].split("\x1b")[0])
    assert shown(first, second)[0] == "01234X6789"


def test_span_affects_only_its_characters() -> None:
    written = ScreenBuffer()
    update = part(line(("abcdefghij", GREY)), 4, 7)
    assert shown(written.difference(update))[0] == "    efg"


def test_forgotten_or_resized_screen_is_written_again() -> None:
    written = ScreenBuffer()
    update = full(line(("0123456789", GREY)))
    first = written.difference(update)
    written.forget()
    assert written.difference(update) == first
    taller = full(line(("0123456789", GREY)), line(("0123456789", GREY)))
    assert written.difference(taller).startswith(first.split("m")[0])


def test_line_with_wide_letters_is_written_whole() -> None:
    written = ScreenBuffer()
    first = written.difference(full(line(("数据cdefgh", GREY))))
    second = written.difference(full(line(("数据cdefgX", GREY))))
    assert "数据cdefgX" in second
    third = written.difference(full(line(("abcdefghij", GREY))))
    assert shown(first, second, third)[0] == "abcdefghij"


def test_bold_is_reset() -> None:
    written = ScreenBuffer()
    output = written.difference(full(line(("abc", RED), ("defghij", GREY))))
    screen = pyte.Screen(10, 3)
    pyte.Stream(screen).feed(output)
    assert [screen.buffer[0][x].bold for x in range(5)] == [True, True, True, False, False]
    assert output.endswith("\x1b[0m")


def test_other_update_passes_unchanged() -> None:
    assert ScreenBuffer().minimal_update("text") == "text"
    assert ScreenBuffer().minimal_update(None) is None


def test_no_color_preserves_attributes() -> None:
    update = full(line(("abc", RED + Style(reverse=True)), ("defghij", GREY)))
    output = ScreenBuffer(ColorDepth.NONE).difference(update)
    assert output == "\x1b[1;1H\x1b[1;7mabc\x1b[0mdefghij"
