"""What has the keyboard names its keys in the footer and lists them on F1."""

from __future__ import annotations

import pytest

from tests.support.console import IPS, NARROW, POOLS, SERVERS, WIDE, Console, Opening


async def canceled(console: Console) -> bool:
    await console.press("escape")
    assert console.front == "ConsoleScreen"
    return console.message_texts[-1:] == ["canceled, nothing was sent"]


@pytest.mark.parametrize("size", [(40, 24), NARROW, WIDE])
async def test_footer_names_the_keys_of_the_removal_dialog(
    opened: Opening, size: tuple[int, int]
) -> None:
    async with opened(size) as console:
        await console.go(IPS, "203.0.113.11")
        before = console.footer
        await console.press("ctrl+d")
        assert console.footer.startswith(" Tab switch  ")
        assert ("Enter press" in console.footer) == (size[0] > 40)
        assert console.footer.endswith("Esc cancel  F1 keys")
        await console.press("escape")
        assert console.footer == before


@pytest.mark.parametrize(
    ("key", "footer"),
    [
        ("/", " Enter apply  Tab complete  Up history  Esc clear  F1 keys"),
        (":", " Enter run  Tab complete  Up history  Esc cancel  F1 keys"),
        ("ctrl+s", " Enter save  Up history  Esc cancel  F1 keys"),
    ],
)
@pytest.mark.parametrize("leave", ["escape", "ctrl+c"])
async def test_footer_names_the_keys_of_the_prompt_until_it_is_left(
    opened: Opening, key: str, footer: str, leave: str
) -> None:
    async with opened(NARROW) as console:
        before = console.footer
        await console.press(key)
        if key == "ctrl+s" and not console.screen.takes_text:
            await console.press("enter")
        assert console.footer == footer
        await console.press(leave)
        assert not console.screen.takes_text
        assert console.footer == before
        assert "press Ctrl+C again" not in console.message


async def test_f1_lists_the_keys_of_the_command_line(opened: Opening) -> None:
    async with opened(NARROW) as console:
        await console.press(":", "f1")
        assert "the next completion" in console.screen_text()
        await console.press("q")
        assert console.screen.takes_text
        await console.write("re")
        assert ":re" in console.screen_text()


async def test_palette_names_its_keys_and_ctrl_c_leaves_it(opened: Opening) -> None:
    async with opened(NARROW) as console:
        await console.press("ctrl+p")
        assert console.footer == " Up Down move  Enter run  Esc close  F1 keys"
        await console.press("f1")
        assert "run the command" in console.screen_text()
        await console.press("q", "ctrl+c")
        assert console.front == "ConsoleScreen"
        assert "press Ctrl+C again" not in console.message


async def test_ctrl_c_in_the_prompt_is_not_the_first_of_two(opened: Opening) -> None:
    async with opened() as console:
        await console.press(":", "ctrl+c", "ctrl+c")
        assert "press Ctrl+C again to quit" in console.message
        assert console.app._exit is False


@pytest.mark.parametrize(("key", "word"), [("d", "search"), ("?", "search"), ("l", "search")])
async def test_text_view_closes_on_q(opened: Opening, key: str, word: str) -> None:
    async with opened(NARROW) as console:
        await console.go(SERVERS, "web-01")
        await console.press(key)
        assert f"/ {word}  " in console.screen_text()
        assert "q closes  ? keys" in console.screen_text()
        await console.press("q")
        assert console.front == "ConsoleScreen"


async def test_canceled_removal_is_reported(opened: Opening) -> None:
    async with opened() as console:
        await console.go(IPS, "203.0.113.11")
        await console.press("ctrl+d")
        assert await canceled(console)


async def test_canceled_choice_of_servers_is_reported(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-https")
        await console.press("a")
        assert "Space mark  Enter choose" in console.footer
        assert "Space marks, Enter chooses" in console.screen_text()
        assert await canceled(console)


async def test_choice_of_servers_ignores_enter_of_the_first_300_ms(opened: Opening) -> None:
    async with opened() as console:
        await console.go(POOLS, "RCv3-web-https")
        await console.press("a")
        dialog = console.app.screen
        opened_at = dialog._guard._ready_at  # type: ignore[attr-defined]
        console.send("enter", opened_at - 0.05)
        await console.settle()
        assert console.app.screen is dialog
        assert console.changes() == []
