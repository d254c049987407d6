"""Own commands in the console: where they appear, what they refuse, and what confirmation shows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rcv3_tui.clock import ManualClock
from rcv3_tui.settings import OwnCommand
from rcv3_tui.simulator import build_scenario
from rcv3_tui.tui.commands.own import own_commands
from rcv3_tui.tui.own_commands import PreparedProgram
from rcv3_tui.tui.program_runner import ProgramRunner
from rcv3_tui.views.rows import ServerRow
from tests.support.console import IPS, POOLS, SERVERS, Opening, settings_for

SSH = OwnCommand(
    "ssh", ("ssh", "ops@{public_ip}"), ("servers",), key="e", description="open a shell"
)
CHECK = OwnCommand(
    "check", ("check", "{name}", "{ip}"), ("servers", "ips", "pools", "nodes"), confirm=True
)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Return the arguments of the programs that were started."""
    programs: list[tuple[str, ...]] = []

    def start(runner: ProgramRunner, program: PreparedProgram) -> None:
        programs.append(program.arguments)

    monkeypatch.setattr(ProgramRunner, "start", start)
    return programs


async def test_key_runs_it_on_the_row_under_the_cursor(
    opened: Opening, ran: list[tuple[str, ...]]
) -> None:
    async with opened(commands=(SSH,)) as console:
        await console.mark(SERVERS, "web-02", "web-03")
        await console.go(SERVERS, "web-01")
        await console.press("e")
        assert ran == [("ssh", "ops@203.0.113.10")]


async def test_empty_value_is_the_reason_in_the_message_line(
    opened: Opening, ran: list[tuple[str, ...]]
) -> None:
    async with opened(commands=(SSH,)) as console:
        await console.go(SERVERS, "db-01")
        await console.press("e")
        assert "ssh is not available: db-01 has no public_ip" in console.message
        assert ran == []


async def test_it_appears_in_footer_help_palette_and_command_line(
    opened: Opening, ran: list[tuple[str, ...]]
) -> None:
    async with opened(commands=(SSH, CHECK)) as console:
        await console.go(SERVERS, "web-01")
        assert "e ssh" in console.footer
        await console.press("?")
        shown = console.screen_text()
        await console.press("G")
        shown += console.screen_text()
        for text in ("Own commands", "open a shell", ":check"):
            assert text in shown, text
        await console.press("escape", "ctrl+p")
        await console.write("ssh")
        assert "open a shell" in console.screen_text()
        await console.press("escape")
        await console.command("ssh")
        assert ran == [("ssh", "ops@203.0.113.10")]


async def test_it_belongs_to_the_panes_that_it_names(
    opened: Opening, ran: list[tuple[str, ...]]
) -> None:
    async with opened(commands=(SSH,)) as console:
        await console.press("2")
        assert "ssh" not in console.footer
        await console.press("e")
        assert "ssh is not available here" in console.message
        await console.command("ssh")
        assert ":ssh is not available in" in console.message
        assert ran == []


@pytest.mark.parametrize(
    ("pane", "name", "arguments"),
    [
        (SERVERS, "db-01", ("check", "db-01", "192.0.2.16")),
        (IPS, "203.0.113.10", ("check", "web-01", "203.0.113.10")),
        (POOLS, "RCv3-api", ("check", "RCv3-api", "198.51.100.5")),
    ],
)
async def test_confirmed_command_runs_as_shown(
    opened: Opening, ran: list[tuple[str, ...]], pane: object, name: str, arguments: tuple[str, ...]
) -> None:
    async with opened(commands=(CHECK,)) as console:
        await console.go(pane, name)  # type: ignore[arg-type]
        await console.command("check")
        assert f"$ {' '.join(arguments)}" in console.screen_text()
        await console.advance(1)
        await console.press("enter")
        assert ran == []
        assert "check was not run" in console.message
        await console.command("check")
        await console.advance(1)
        await console.press("tab", "enter")
        assert ran == [arguments]


async def test_question_names_the_region_of_several(
    clock: ManualClock, ran: list[tuple[str, ...]]
) -> None:
    account = build_scenario("regions", now=clock.timestamp)
    settings = replace(settings_for(account), regions=("IAD", "DFW"), commands=(CHECK,))
    async with Opening(account, clock, settings)() as console:
        row = next(
            id
            for id, row in console.table(SERVERS).items.items()
            if isinstance(row, ServerRow) and (row.region, row.server.name) == ("DFW", "api-01")
        )
        assert console.table(SERVERS).move_to(row)
        await console.command("check")
        assert "Run check on api-01 in DFW?" in console.screen_text()
        await console.advance(1)
        await console.press("tab", "enter")
        assert ran[0][:2] == ("check", "api-01")


async def test_question_names_no_region_where_there_is_one(opened: Opening) -> None:
    async with opened(commands=(CHECK,)) as console:
        await console.go(SERVERS, "api-01")
        await console.command("check")
        assert "Run check on api-01?" in console.screen_text()


async def test_paste_runs_no_own_command(opened: Opening, ran: list[tuple[str, ...]]) -> None:
    async with opened(commands=(SSH,)) as console:
        await console.go(SERVERS, "web-01")
        console.send_at_once("e", "e")
        await console.settle()
        assert ran == []


async def test_type_ahead_confirms_nothing(opened: Opening, ran: list[tuple[str, ...]]) -> None:
    check = OwnCommand("check", ("check", "{name}"), ("servers",), key="e", confirm=True)
    async with opened(commands=(check,)) as console:
        await console.go(SERVERS, "web-01")
        console.send_at_once("e", "\t", "\r")
        await console.settle()
        assert ran == []


async def test_read_only_mode_does_not_block_it(
    opened: Opening, ran: list[tuple[str, ...]]
) -> None:
    async with opened(commands=(SSH,), read_only=True) as console:
        await console.go(SERVERS, "web-01")
        await console.press("e")
        assert ran == [("ssh", "ops@203.0.113.10")]


async def test_mask_hides_the_command_and_real_values_run(
    opened: Opening, ran: list[tuple[str, ...]]
) -> None:
    async with opened(commands=(CHECK,)) as console:
        await console.go(SERVERS, "db-01")
        await console.press("P")
        await console.command("check")
        text = console.screen_text()
        assert "db-01" not in text
        assert "192.0.2.16" not in text
        assert "$ check server-" in text
        await console.advance(1)
        await console.press("tab", "enter")
        assert ran == [("check", "db-01", "192.0.2.16")]


async def test_footer_names_two_own_commands_at_most(opened: Opening) -> None:
    own = [OwnCommand(f"own-{n}", ("true",), ("servers",), key=f"f{n}") for n in range(2, 6)]
    async with opened(commands=tuple(own)) as console:
        assert "own-2" in console.footer
        assert "own-3" in console.footer
        assert "own-4" not in console.footer


def test_command_without_a_description_is_described_by_its_line() -> None:
    (command,) = own_commands([OwnCommand("x", ("echo", "a\nb", "y" * 200), ("servers",))])
    assert command.help.startswith("run echo 'a\\nb' yyy")
    assert len(command.help) < 80


async def test_program_on_the_terminal_needs_one(opened: Opening) -> None:
    true = OwnCommand("true", ("true",), ("servers",))
    async with opened(commands=(true,)) as console:
        await console.command("true")
        assert "true needs a terminal" in console.message
