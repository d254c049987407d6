"""What the operator sees and presses in a table."""

from dataclasses import replace

import pytest
from textual.events import MouseScrollDown
from textual.geometry import Region

from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.tui.widgets.table import (
    CursorMoved,
    MarksChanged,
    Position,
    PositionChanged,
    RowSelected,
    Table,
)
from rcv3_tui.tui.widgets.table.renderer import UNICODE_GLYPHS
from rcv3_tui.views.column import Cell, Column
from tests.support.table import (
    TableApp,
    Thing,
    columns,
    cursor_line,
    names,
    screen_lines,
    spy_on_repaints,
    table_app,
    things,
)

SIZE = (60, 7)


async def test_cursor_waits_on_the_first_row_until_it_is_moved() -> None:
    app = table_app()
    async with app.run_test(size=SIZE):
        app.table.sort_by("name")
        app.table.apply({"new": Thing("aaa")})
        assert app.table.cursor_id == "new"
        assert cursor_line(app.table) == 1


async def test_cursor_stays_on_its_row_and_line_when_rows_arrive_above() -> None:
    app = table_app(things(100))
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


async def test_cursor_stays_on_its_row_through_a_sort() -> None:
    app = table_app(things(100))
    async with app.run_test(size=SIZE):
        app.table.move_to("id-50")
        line = cursor_line(app.table)
        app.table.sort_by("count", reverse=True)
        assert (app.table.cursor_id, app.table.cursor_index) == ("id-50", 49)
        assert cursor_line(app.table) == line


async def test_neighbor_inherits_the_cursor_of_a_removed_row() -> None:
    app = table_app()
    async with app.run_test(size=SIZE):
        app.table.move_to("id-3")
        app.table.apply({}, ["id-1", "id-3", "id-4"])
        assert app.table.cursor_id == "id-5"
        app.table.move_to("id-9")
        app.table.apply({}, ["id-9"])
        assert app.table.cursor_id == "id-8"


async def test_table_without_rows_has_no_cursor() -> None:
    app = table_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("G")
        app.table.replace({})
        assert (app.table.cursor_id, app.table.cursor_item) == (None, None)
        await pilot.press("j", "space", "enter", "V")
        app.table.replace(things(2))
        assert app.table.cursor_id is not None


async def test_keys_move_the_cursor_and_the_view() -> None:
    app = table_app(things(100))
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
            assert app.table.cursor_index == row, key
        await pilot.press("end")
        assert app.table.position == Position(95, 100, 100, 100)
        assert str(app.table.position) == "95-100/100"


async def test_moving_within_the_view_repaints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    app = table_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        repaints = spy_on_repaints(app.table, monkeypatch)
        await pilot.press("j")
        assert repaints == [(Region(0, 1, 60, 1),), (Region(0, 2, 60, 1),)]


async def test_changed_cell_is_repainted_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    app = table_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        repaints = spy_on_repaints(app.table, monkeypatch)
        app.table.apply({"id-2": Thing("web-2", "ADD_FAILED", 2)})
        assert repaints == [(Region(40, 3, 12, 1),)]
        assert "ADD_FAILED" in screen_lines(app.table)[3]


async def test_nothing_changed_repaints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = table_app()
    async with app.run_test(size=SIZE) as pilot:
        app.table.sort_by("count")
        await pilot.pause()
        repaints = spy_on_repaints(app.table, monkeypatch)
        app.received.clear()
        app.table.apply(things(10))
        app.table.replace(things(10))
        app.table.tick()
        app.table.set_linked(["not-here"])
        app.table.apply({}, ["not-here"])
        await pilot.press("k")
        await pilot.pause()
        assert repaints == []
        assert app.received == []


async def test_rows_out_of_view_repaint_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = table_app(things(100))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        repaints = spy_on_repaints(app.table, monkeypatch)
        app.table.apply({"id-50": Thing("web-50", "ADDING", 50)}, ["id-70"])
        assert repaints == []


async def test_deferred_rows_are_drawn_with_the_next_key_or_tick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = table_app(things(50))
    async with app.run_test(size=SIZE) as pilot:
        app.table.sort_by("name", reverse=True)
        await pilot.pause()
        repaints = spy_on_repaints(app.table, monkeypatch)
        before = names(app.table)
        for show in (lambda: app.table.tick(), lambda: pilot.press("j")):
            app.received.clear()
            more = {f"id-x{n}": Thing(f"x-{len(app.table.items)}-{n}") for n in range(5)}
            assert app.table.apply(more, may_wait=True) is False
            await pilot.pause()
            assert (repaints, app.received, names(app.table)) == ([], [], before)
            done = show()
            if done is not None:
                await done
            await pilot.pause()
            assert repaints
            assert names(app.table)[0].startswith("x-")
            assert app.table.position.total == len(app.table.items)
            before = names(app.table)
            repaints.clear()


async def test_cursor_means_the_row_that_is_seen_until_more_is_shown() -> None:
    app = table_app(things(50))
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


async def test_click_means_the_row_that_is_seen() -> None:
    app = table_app(things(50))
    async with app.run_test(size=SIZE) as pilot:
        app.table.sort_by("count")
        await pilot.pause()
        app.table.apply({"id-x": Thing("before", count=-1)}, may_wait=True)
        await pilot.click(app.table, offset=(4, 3))
        assert app.table.cursor_id == "id-2"


async def test_nothing_waits_while_there_is_room_for_more() -> None:
    app = table_app(things(2))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert app.table.apply({"id-9": Thing("web-9")}, may_wait=True) is True
        assert names(app.table) == ["web-0", "web-1", "web-9"]


async def test_tick_repaints_cells_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 11
    table: Table[Thing] = Table(columns(lambda: now))
    table.replace({"a": Thing("a", "ADDING"), "b": Thing("b")})
    async with TableApp(table).run_test(size=SIZE) as pilot:
        await pilot.pause()
        repaints = spy_on_repaints(table, monkeypatch)
        now = 12
        table.tick(["b"])
        assert repaints == []
        table.tick(["a"])
        assert repaints == [(Region(40, 1, 12, 1),)]
        assert "ADDING 12s" in screen_lines(table)[1]


async def test_marks_stay_on_their_rows_and_hidden_ones_are_counted() -> None:
    app = table_app()
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


async def test_range_is_marked_from_the_last_mark() -> None:
    app = table_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "space", "j", "j", "V")
        assert app.table.marks == {"id-1", "id-2", "id-3", "id-4"}


async def test_apply_returns_the_rows_that_changed() -> None:
    app = table_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert [type(message) for message in app.received] == [CursorMoved, PositionChanged]
        app.received.clear()
        await pilot.press("j", "space", "enter")
        await pilot.pause()
        kinds = [type(message) for message in app.received]
        assert kinds.count(CursorMoved) == 2
        assert kinds.count(MarksChanged) == 1
        assert isinstance(app.received[-1], RowSelected)
        assert app.received[-1].row_id == "id-2"


async def test_linked_rows_light_up() -> None:
    app = table_app()
    async with app.run_test(size=SIZE):
        app.table.set_linked(["id-2"])
        assert [line[0] for line in screen_lines(app.table)[1:5]] == [
            UNICODE_GLYPHS.cursor,
            " ",
            UNICODE_GLYPHS.linked,
            " ",
        ]


async def test_header_names_the_sort_column() -> None:
    app = table_app()
    async with app.run_test(size=SIZE):
        app.table.sort_by("count", reverse=True)
        assert screen_lines(app.table)[0].split() == ["NAME", "STATUS", "COUNT▼"]
        app.table.sort_by("count")
        assert screen_lines(app.table)[0].split() == ["NAME", "STATUS", "COUNT▲"]


async def test_ascii_draws_with_ascii_alone() -> None:
    app = table_app({"a": Thing("café-" + "x" * 80, "ADDING"), "b": Thing("b")}, ascii_only=True)
    async with app.run_test(size=SIZE) as pilot:
        app.table.sort_by("name")
        app.table.set_linked(["b"])
        await pilot.press("space")
        assert all(line.isascii() for line in screen_lines(app.table))


async def test_text_is_always_literal() -> None:
    hostile = ["[/foo]", "[red]x", "\x1b[2J\x1b]52;c;aGk=\x07", "a\nb", "\u202eevil", "[", "\\["]
    app = table_app({str(n): Thing(escape_controls(text)) for n, text in enumerate(hostile)})
    async with app.run_test(size=(60, 12)):
        lines = screen_lines(app.table)
        for line, text in zip(lines[1:], hostile, strict=False):
            assert escape_controls(text) in line
            assert not any(ord(character) < 32 for character in line)


async def test_wide_letters_stay_aligned_in_columns() -> None:
    app = table_app({"a": Thing("数据库" * 20), "b": Thing("web")})
    async with app.run_test(size=SIZE):
        strips = [app.table.render_line(y) for y in (1, 2)]
        assert [strip.cell_length for strip in strips] == [60, 60]
        at = strips[1].text.index("ACTIVE")
        assert strips[0].crop(at, at + 6).text == strips[1].crop(at, at + 6).text == "ACTIVE"


async def test_placeholder_is_shown_while_there_are_no_rows() -> None:
    app = table_app({})
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
    app = table_app(things(count))
    async with app.run_test(size=size) as pilot:
        await pilot.press("G", "space", "k", "pageup", "V", "enter")
        app.table.sort_by("name", reverse=True)
        assert all(len(line) == size[0] for line in screen_lines(app.table))


async def test_resize_drops_columns_with_the_cursor_in_view() -> None:
    app = table_app(things(100))
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
    async with TableApp(table).run_test(size=SIZE):
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
    async with TableApp(table).run_test(size=SIZE):
        assert len(set(read)) == 6


async def test_change_that_moves_a_row_repaints_the_rows_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = table_app(things(100))
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.sort_by("count")
        await pilot.pause()
        repaints = spy_on_repaints(app.table, monkeypatch)
        app.table.apply({"id-2": replace(app.table.items["id-2"], count=5)})
        assert {region.y for (region,) in repaints} == {3, 4, 5}


async def test_wheel_scrolls_with_the_cursor_in_view() -> None:
    app = table_app(things(100))
    async with app.run_test(size=SIZE) as pilot:
        await pilot._post_mouse_events([MouseScrollDown], widget=app.table, offset=(1, 2))
        assert app.table.position.first == 4
        assert app.table.cursor_index == 3


async def test_columns_stay_while_the_cursor_moves_and_a_shorter_text_arrives() -> None:
    rows = things(100) | {"id-3": Thing("web-with-a-long-name-that-needs-cells-3", count=3)}
    app = table_app(rows)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        wide = screen_lines(app.table)[0]
        assert any("that-needs-cells-3" in line for line in screen_lines(app.table))
        app.table.apply({"id-3": Thing("web-3", count=3)})
        for _ in range(30):
            app.table.action_cursor_down()
        assert screen_lines(app.table)[0].index("STATUS") == wide.index("STATUS")
        app.table.sort_by("count")
        assert screen_lines(app.table)[0].index("STATUS") != wide.index("STATUS")


async def test_longer_text_that_comes_into_view_gets_room() -> None:
    rows = things(100) | {"id-99": Thing("web-with-a-long-name-that-needs-many-cells", count=3)}
    app = table_app(rows)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.table.action_cursor_bottom()
        assert any("that-needs-many-cells " in line for line in screen_lines(app.table))


async def test_text_does_not_touch_the_right_edge() -> None:
    app = table_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert all(line.endswith(" ") for line in screen_lines(app.table))
