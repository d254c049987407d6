"""What the operator sees and presses in a table."""

from dataclasses import replace

import pytest
from textual.events import MouseScrollDown
from textual.geometry import Region

from rcv3_tui.model.text import clean
from rcv3_tui.tui.widgets.table import (
    Cell,
    Column,
    CursorMoved,
    MarksChanged,
    Position,
    PositionChanged,
    RowChosen,
    Table,
)
from rcv3_tui.tui.widgets.table.painting import UNICODE_GLYPHS
from tests.tui.table.builders import (
    Thing,
    World,
    columns,
    cursor_line,
    names,
    screen_lines,
    spy_on_repaints,
    things,
    world,
)

SIZE = (60, 7)


async def test_the_cursor_waits_on_the_first_row_until_it_is_moved() -> None:
    app = world()
    async with app.run_test(size=SIZE):
        app.table.sort_by("name")
        app.table.apply({"new": Thing("aaa")})
        assert app.table.cursor_id == "new"
        assert cursor_line(app.table) == 1


async def test_the_cursor_keeps_its_row_and_line_when_rows_come_above() -> None:
    app = world(things(100))
    async with app.run_test(size=SIZE) as pilot:
        app.table.sort_by("name")
        await pilot.press("j", "j", "j")
        before = names(app.table)
        app.table.apply({f"new-{n}": Thing(f"aaa-{n}") for n in range(5)})
        assert app.table.cursor_id == "id-3"
        assert cursor_line(app.table) == 4
        assert names(app.table) == before
        app.table.apply({}, [f"new-{n}" for n in range(5)])
        assert (app.table.cursor_id, cursor_line(app.table)) == ("id-3", 4)


async def test_the_cursor_keeps_its_row_through_a_sort() -> None:
    app = world(things(100))
    async with app.run_test(size=SIZE):
        app.table.move_to("id-50")
        line = cursor_line(app.table)
        app.table.sort_by("count", reverse=True)
        assert (app.table.cursor_id, app.table.cursor_row) == ("id-50", 49)
        assert cursor_line(app.table) == line


async def test_a_neighbour_inherits_the_cursor_of_a_row_that_goes() -> None:
    app = world()
    async with app.run_test(size=SIZE):
        app.table.move_to("id-3")
        app.table.apply({}, ["id-1", "id-3", "id-4"])
        assert app.table.cursor_id == "id-5"
        app.table.move_to("id-9")
        app.table.apply({}, ["id-9"])
        assert app.table.cursor_id == "id-8"


async def test_without_rows_there_is_no_cursor() -> None:
    app = world()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("G")
        app.table.replace({})
        assert (app.table.cursor_id, app.table.cursor_item) == (None, None)
        await pilot.press("j", "space", "enter", "V")
        app.table.replace(things(2))
        assert app.table.cursor_id is not None


async def test_keys_move_the_cursor_and_the_view() -> None:
    app = world(things(100))
    async with app.run_test(size=SIZE) as pilot:
        for key, row in [
            ("down", 1),
            ("k", 0),
            ("up", 0),
            ("pagedown", 5),
            ("ctrl+f", 10),
            ("ctrl+b", 5),
            ("pageup", 0),
            ("G", 99),
            ("j", 99),
            ("g", 0),
            ("end", 99),
            ("home", 0),
        ]:
            await pilot.press(key)
            assert app.table.cursor_row == row, key
        await pilot.press("end")
        assert app.table.position == Position(95, 100, 100, 100)
        assert str(app.table.position) == "95-100/100"


async def test_moving_within_the_view_repaints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    app = world()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        repaints = spy_on_repaints(app.table, monkeypatch)
        await pilot.press("j")
        assert repaints == [(Region(0, 1, 60, 1),), (Region(0, 2, 60, 1),)]


async def test_one_changed_cell_repaints_that_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    app = world()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        repaints = spy_on_repaints(app.table, monkeypatch)
        app.table.apply({"id-2": Thing("web-2", "ADD_FAILED", 2)})
        assert repaints == [(Region(41, 3, 12, 1),)]
        assert "ADD_FAILED" in screen_lines(app.table)[3]


async def test_nothing_changed_repaints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = world()
    async with app.run_test(size=SIZE) as pilot:
        app.table.sort_by("count")
        await pilot.pause()
        repaints = spy_on_repaints(app.table, monkeypatch)
        app.heard.clear()
        app.table.apply(things(10))
        app.table.replace(things(10))
        app.table.tick()
        app.table.set_linked(["not-here"])
        app.table.apply({}, ["not-here"])
        await pilot.press("k")
        await pilot.pause()
        assert repaints == []
        assert app.heard == []


async def test_rows_out_of_view_repaint_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = world(things(100))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        repaints = spy_on_repaints(app.table, monkeypatch)
        app.table.apply({"id-50": Thing("web-50", "ADDING", 50)}, ["id-70"])
        assert repaints == []


async def test_what_may_wait_is_shown_with_the_next_key_or_tick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = world(things(50))
    async with app.run_test(size=SIZE) as pilot:
        app.table.sort_by("name", reverse=True)
        await pilot.pause()
        repaints = spy_on_repaints(app.table, monkeypatch)
        before = names(app.table)
        for show in (lambda: app.table.tick(), lambda: pilot.press("j")):
            app.heard.clear()
            more = {f"id-x{n}": Thing(f"x-{len(app.table.items)}-{n}") for n in range(5)}
            assert app.table.apply(more, may_wait=True) is False
            await pilot.pause()
            assert (repaints, app.heard, names(app.table)) == ([], [], before)
            done = show()
            if done is not None:
                await done
            await pilot.pause()
            assert repaints
            assert names(app.table)[0].startswith("x-")
            assert app.table.position.total == len(app.table.items)
            before = names(app.table)
            repaints.clear()


async def test_the_cursor_means_the_row_that_is_seen_until_more_is_shown() -> None:
    app = world(things(50))
    async with app.run_test(size=SIZE) as pilot:
        app.table.sort_by("count")
        await pilot.pause()
        app.table.apply({"id-x": Thing("before", count=-1)}, may_wait=True)
        assert app.table.cursor_id == "id-0"
        app.table.tick()
        assert (app.table.cursor_id, names(app.table)[0]) == ("id-x", "before")
        app.table.apply({"id-y": Thing("first", count=-2)}, may_wait=True)
        await pilot.press("j")
        assert app.table.cursor_id == "id-0"
        app.table.tick()
        assert app.table.cursor_id == "id-0"
        assert names(app.table)[:2] == ["before", "web-0"]


async def test_a_click_means_the_row_that_is_seen() -> None:
    app = world(things(50))
    async with app.run_test(size=SIZE) as pilot:
        app.table.sort_by("count")
        await pilot.pause()
        app.table.apply({"id-x": Thing("before", count=-1)}, may_wait=True)
        await pilot.click(app.table, offset=(4, 3))
        assert app.table.cursor_id == "id-2"


async def test_nothing_waits_while_there_is_room_for_more() -> None:
    app = world(things(2))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert app.table.apply({"id-9": Thing("web-9")}, may_wait=True) is True
        assert names(app.table) == ["web-0", "web-1", "web-9"]


async def test_a_tick_repaints_what_reads_differently(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 11
    table: Table[Thing] = Table(columns(lambda: now))
    table.replace({"a": Thing("a", "ADDING"), "b": Thing("b")})
    async with World(table).run_test(size=SIZE) as pilot:
        await pilot.pause()
        repaints = spy_on_repaints(table, monkeypatch)
        now = 12
        table.tick(["b"])
        assert repaints == []
        table.tick(["a"])
        assert repaints == [(Region(41, 1, 12, 1),)]
        assert "ADDING 12s" in screen_lines(table)[1]


async def test_marks_stay_with_their_rows_and_say_what_the_filter_hides() -> None:
    app = world()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space", "space")
        assert app.table.marks == {"id-0", "id-1"}
        assert app.table.cursor_id == "id-2"
        assert [line[1] for line in screen_lines(app.table)[1:5]] == ["●", "●", " ", " "]
        app.table.set_filter(lambda thing: thing.name != "web-1")
        assert app.table.hidden_marks == 1
        assert (app.table.shown_count, app.table.total_count) == (9, 10)
        app.table.apply({}, ["id-1"])
        assert app.table.marks == {"id-0"}
        assert app.table.hidden_marks == 0
        await pilot.press("ctrl+backslash")
        assert not app.table.marks


async def test_a_range_is_marked_from_the_last_mark() -> None:
    app = world()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "space", "j", "j", "V")
        assert app.table.marks == {"id-1", "id-2", "id-3", "id-4"}


async def test_it_says_what_really_changed() -> None:
    app = world()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert [type(message) for message in app.heard] == [CursorMoved, PositionChanged]
        app.heard.clear()
        await pilot.press("j", "space", "enter")
        await pilot.pause()
        kinds = [type(message) for message in app.heard]
        assert kinds.count(CursorMoved) == 2
        assert kinds.count(MarksChanged) == 1
        assert isinstance(app.heard[-1], RowChosen)
        assert app.heard[-1].row_id == "id-2"


async def test_linked_rows_light_up() -> None:
    app = world()
    async with app.run_test(size=SIZE):
        app.table.set_linked(["id-2"])
        assert [line[0] for line in screen_lines(app.table)[1:5]] == [
            UNICODE_GLYPHS.cursor,
            " ",
            UNICODE_GLYPHS.linked,
            " ",
        ]


async def test_the_header_names_the_sort_column() -> None:
    app = world()
    async with app.run_test(size=SIZE):
        app.table.sort_by("count", reverse=True)
        assert screen_lines(app.table)[0].split() == ["NAME", "STATUS", "COUNT▼"]
        app.table.sort_by("count")
        assert screen_lines(app.table)[0].split() == ["NAME", "STATUS", "COUNT▲"]


async def test_ascii_draws_with_ascii_alone() -> None:
    app = world({"a": Thing("café-" + "x" * 80, "ADDING"), "b": Thing("b")}, ascii_only=True)
    async with app.run_test(size=SIZE) as pilot:
        app.table.sort_by("name")
        app.table.set_linked(["b"])
        await pilot.press("space")
        assert all(line.isascii() for line in screen_lines(app.table))


async def test_text_is_literal_whatever_it_holds() -> None:
    hostile = ["[/foo]", "[red]x", "\x1b[2J\x1b]52;c;aGk=\x07", "a\nb", "\u202eevil", "[", "\\["]
    app = world({str(n): Thing(clean(text)) for n, text in enumerate(hostile)})
    async with app.run_test(size=(60, 12)):
        lines = screen_lines(app.table)
        for line, text in zip(lines[1:], hostile, strict=False):
            assert clean(text) in line
            assert not any(ord(character) < 32 for character in line)


async def test_wide_letters_keep_the_columns_in_line() -> None:
    app = world({"a": Thing("数据库" * 20), "b": Thing("web")})
    async with app.run_test(size=SIZE):
        strips = [app.table.render_line(y) for y in (1, 2)]
        assert [strip.cell_length for strip in strips] == [60, 60]
        assert strips[0].crop(41, 47).text == strips[1].crop(41, 47).text == "ACTIVE"


async def test_the_placeholder_is_shown_while_there_are_no_rows() -> None:
    app = world({})
    async with app.run_test(size=SIZE):
        app.table.set_placeholder(["Nothing here [yet].", "Press a to add."])
        assert screen_lines(app.table)[1].strip() == "Nothing here [yet]."
        app.table.replace(things(1))
        assert names(app.table) == ["web-0"]
        app.table.set_filter(lambda _: False)
        assert screen_lines(app.table)[2].strip() == "Press a to add."


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 1), (5, 3), (12, 2)])
@pytest.mark.parametrize("count", [0, 1, 50])
async def test_no_size_is_too_small(size: tuple[int, int], count: int) -> None:
    app = world(things(count))
    async with app.run_test(size=size) as pilot:
        await pilot.press("G", "space", "k", "pageup", "V", "enter")
        app.table.sort_by("name", reverse=True)
        assert all(len(line) == size[0] for line in screen_lines(app.table))


async def test_a_resize_drops_columns_and_keeps_the_cursor_in_view() -> None:
    app = world(things(100))
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.move_to("id-15")
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        assert screen_lines(app.table)[0].split() == ["NAME"]
        assert "web-15" in screen_lines(app.table)[cursor_line(app.table)]
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert screen_lines(app.table)[0].split() == ["NAME", "STATUS", "COUNT"]


async def test_wide_mode_shows_more_columns() -> None:
    extra: Column[Thing] = Column("id", "ID", lambda thing: Cell(thing.name[::-1]), wide_only=True)
    table = Table((*columns(), extra))
    table.replace(things(3))
    async with World(table).run_test(size=SIZE):
        assert "ID" not in screen_lines(table)[0]
        table.wide = True
        assert "ID" in screen_lines(table)[0]


async def test_cells_are_read_for_the_lines_in_view_alone() -> None:
    read: list[str] = []

    def cell(thing: Thing) -> Cell:
        read.append(thing.name)
        return Cell(thing.name)

    table: Table[Thing] = Table([Column("name", "NAME", cell, lambda thing: thing.name)])
    table.sort_by("name")
    table.replace(things(10_000))
    async with World(table).run_test(size=SIZE):
        assert len(set(read)) == 6


async def test_a_change_that_moves_a_row_repaints_the_rows_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = world(things(100))
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.sort_by("count")
        await pilot.pause()
        repaints = spy_on_repaints(app.table, monkeypatch)
        app.table.apply({"id-2": replace(app.table.items["id-2"], count=5)})
        assert {region.y for (region,) in repaints} == {3, 4, 5}


async def test_the_wheel_scrolls_and_keeps_the_cursor_in_view() -> None:
    app = world(things(100))
    async with app.run_test(size=SIZE) as pilot:
        await pilot._post_mouse_events([MouseScrollDown], widget=app.table, offset=(1, 2))
        assert app.table.position.first == 4
        assert app.table.cursor_row == 3
