"""Names that would style, move or break a careless screen, and terminals of any size."""

from __future__ import annotations

import random

import pytest

from rcv3_tui.clock import ManualClock
from rcv3_tui.model.text_safety import escape_controls
from rcv3_tui.simulator import HOSTILE_NAMES, Account, build_scenario
from tests.support.console import IPS, NODES, POOLS, SERVERS, Console, Opening, settings_for

SLOW = pytest.mark.slow

CONTROLS = {chr(code) for code in (*range(32), *range(0x7F, 0xA0))} | set("\u202e\u202c\u200b")


@pytest.fixture
def demo_account(clock: ManualClock) -> Account:
    """An account with one of every trouble, and every hostile name."""
    demo_account = build_scenario("trouble", now=clock.timestamp)
    demo_account.jitter = 0.0
    return demo_account


@pytest.fixture
def opened(demo_account: Account, clock: ManualClock) -> Opening:
    """Open a console on it."""
    return Opening(demo_account, clock, settings_for(demo_account))


def assert_literal(text: str) -> None:
    assert not CONTROLS & set(text.replace("\n", ""))


async def everywhere(console: Console) -> list[str]:
    """Go to every place there is; give what stood on the screen at each."""
    seen = []
    for keys in (
        ["1"],
        ["2"],
        ["3"],
        ["4"],
        ["5"],
        ["1", "w"],
        ["w", "!"],
        ["escape", "1", "d"],
        ["escape", "y"],
        ["escape", "2", "a"],
        ["escape", "3", "a"],
        ["escape", "s"],
        ["escape", "enter"],
        ["d"],
        ["escape", "ctrl+d"],
        ["escape", "2", "t"],
        ["escape", "v"],
        ["escape", "escape", "2", "ctrl+d"],
        ["escape", "?"],
        ["escape", "l"],
        ["escape", "q"],
    ):
        await console.press(*keys)
        seen.append(console.screen_text())
        if console.app.return_code is not None:
            break
    return seen


@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_every_name_is_shown_literally(opened: Opening, name: str) -> None:
    async with opened((200, 60)) as console:
        shown = escape_controls(name)[:40]
        await console.go(SERVERS, escape_controls(name))
        line = next(line for line in console.lines(SERVERS) if line.startswith("❯"))
        assert shown[:20] in line
        assert_literal(console.screen_text())
        await console.press("d")
        assert shown in console.screen_text()
        assert_literal(console.screen_text())


@pytest.mark.parametrize(
    "size", [(80, 24), pytest.param((120, 40), marks=SLOW), pytest.param((20, 5), marks=SLOW)]
)
async def test_every_place_can_be_drawn_at_every_size(
    opened: Opening, size: tuple[int, int]
) -> None:
    async with opened(size) as console:
        for text in await everywhere(console):
            lines = text.split("\n")
            assert len(lines) == size[1]
            assert_literal(text)


@pytest.mark.parametrize(
    "size",
    [(1, 1), *(pytest.param(size, marks=SLOW) for size in [(2, 3), (10, 2), (300, 4), (12, 80)])],
)
async def test_no_size_is_too_small_or_too_odd(opened: Opening, size: tuple[int, int]) -> None:
    async with opened(size) as console:
        await everywhere(console)


async def test_resizing_while_data_arrives_breaks_nothing(
    opened: Opening, demo_account: Account
) -> None:
    async with opened(wait=False) as console:
        for key, size in (("2", (1, 1)), ("enter", (160, 5)), ("escape", (7, 50)), ("1", (80, 24))):
            await console.resize(*size)
            await console.press(key)
            demo_account.add_server(HOSTILE_NAMES[0])
            await console.clock.advance(7.0)
        await console.advance(20)
        assert console.front == "ConsoleScreen"
        assert escape_controls(HOSTILE_NAMES[0]) in console.names(SERVERS)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_resizing_at_random_while_data_arrives_breaks_nothing(
    opened: Opening, demo_account: Account, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable, and no secret
    keys = ["1", "2", "3", "4", "tab", "j", "k", "G", "g", "f", "w", "s", "enter", "d", "space",
            "!", "escape", "pagedown", "?", "S", "y", "ctrl+d", "a", "escape"]  # fmt: skip
    async with opened(wait=False) as console:
        for number in range(25):
            await console.resize(chance.randint(1, 160), chance.randint(1, 50))
            console.send(chance.choice(keys), console._hand + number)
            if number % 4 == 0:
                demo_account.add_server(chance.choice(HOSTILE_NAMES))
            await console.clock.advance(chance.choice([0.0, 0.3, 2.0, 7.0]))
        await console.resize(120, 40)
        for _ in range(5):
            await console.press("escape")
        await console.advance(40)
        assert console.front == "ConsoleScreen"
        assert console.names(SERVERS)


async def test_hostile_pool_name_is_escaped_in_the_title(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "[blink]pool[/] \\x1b[2J")
        await console.press("enter")
        assert "Nodes of [blink]pool[/] \\x1b[2J" in console.title(NODES)


async def test_hostile_name_is_escaped_in_a_message(opened: Opening) -> None:
    async with opened() as console:
        await console.go(SERVERS, "[bold red]x[/]")
        await console.add()
        assert "add public IP to [bold red]x[/]" in console.message


# -- ASCII ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=SLOW)])
async def test_ascii_mode_draws_nothing_else_anywhere(
    opened: Opening, demo_account: Account, size: tuple[int, int]
) -> None:
    demo_account.add_pool("\u5e7f-pool", external=1)
    async with opened(size, ascii=True) as console:
        for text in await everywhere(console):
            assert text.isascii(), [c for c in text if not c.isascii()][:5]


async def test_ascii_mode_spells_names_in_titles_messages_and_filters(
    opened: Opening, demo_account: Account
) -> None:
    demo_account.add_pool("\u5e7f-pool", external=1)
    wide = next(name for name in HOSTILE_NAMES if "\u5e7f" in name)
    async with opened((160, 50), ascii=True) as console:
        await console.go(SERVERS, escape_controls(wide))
        await console.add()
        assert console.console_text().isascii()
        assert "\\u5e7f" in console.message
        await console.press("/")
        await console.write("\u5e7f")
        await console.press("enter")
        assert console.names(SERVERS) == [escape_controls(wide)]
        assert console.console_text().isascii()
        await console.press("escape")
        await console.go(POOLS, "\u5e7f-pool")
        await console.press("enter")
        assert console.console_text().isascii()
        assert "\\u5e7f-pool" in console.title(NODES)
        await console.press("l")
        assert console.screen_text().isascii()
        await console.press("escape", "escape", "/")
        await console.write("\u00e9")
        assert console.console_text().isascii()


async def test_connection_problem_is_shown_in_words(opened: Opening) -> None:
    async with opened((160, 50)) as console:
        await console.press("2", "f")
        assert "(gone)" in console.row(IPS, "ghost-01")
        text = "\n".join(console.lines(IPS))
        assert "ADD_FAILED Unable to communicate" in text
        assert "no reason given" in text
