"""Draws the pictures of the documentation: the real app on simulated accounts, as SVG files.

Both clocks stand still but for what a scene moves, so that the same version draws the same files.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from rich.cells import cell_len
from textual.pilot import Pilot

from rcv3_tui.clock import ManualClock
from rcv3_tui.exit_codes import ExitCode
from rcv3_tui.settings import Credentials, Secret, Settings
from rcv3_tui.simulator import create_app, scenario
from rcv3_tui.sync.worker import Worker
from rcv3_tui.tui.app import ConsoleApp

WIDE = (120, 40)
SMALL = (80, 24)

_WEB_FONTS = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
_TEXT = re.compile(
    r'<text class="(?P<look>[^"]+)" x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" '
    r'textLength="(?P<length>[\d.]+)" (?P<rest>[^>]*)>(?P<text>[^<]*)</text>'
)
_BLANK = "&#160;"
_GROUPS = re.compile("[^\N{NO-BREAK SPACE}]+(?:\N{NO-BREAK SPACE}[^\N{NO-BREAK SPACE}]+)*")


class Stage:
    """The app in the middle of a scene.

    Args:
        pilot: What presses its keys.
        clock: The time of both the app and the account.
    """

    def __init__(self, pilot: Pilot[int], clock: ManualClock) -> None:
        self.pilot = pilot
        self._clock = clock

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other, as a hand would."""
        for key in keys:
            await self.pilot.press(key)
            await self.wait(0.0)

    async def wait(self, seconds: float) -> None:
        """Let time pass, and everything that happens in it."""
        await self._clock.advance(seconds)
        await self.pilot.pause()
        await self._clock.settle()
        await self.pilot.pause()


Scene = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Picture:
    """One file: what it shows, on which account, at which size."""

    name: str
    scene: Scene
    scenario: str = "small"
    size: tuple[int, int] = WIDE
    ascii: bool = False


async def _overview(stage: Stage) -> None:
    await stage.press("down", "down", "down", "down")


async def _adding(stage: Stage) -> None:
    await stage.press("down", "a")
    await stage.wait(4.0)


async def _removal(stage: Stage) -> None:
    await stage.press("2", "down", "down", "ctrl+d")


async def _nodes(stage: Stage) -> None:
    await stage.press("3", "down", "down", "down", "enter")
    await stage.wait(1.0)


async def _picker(stage: Stage) -> None:
    await stage.press("3", "a")


async def _details(stage: Stage) -> None:
    await stage.press("down", "down", "down", "down", "d")


async def _trouble(stage: Stage) -> None:
    await stage.press("exclamation_mark")


async def _help(stage: Stage) -> None:
    await stage.press("question_mark")


PICTURES = (
    Picture("overview", _overview),
    Picture("overview-80x24", _overview, size=SMALL),
    Picture("adding", _adding),
    Picture("removal", _removal),
    Picture("removal-80x24", _removal, size=SMALL),
    Picture("nodes", _nodes),
    Picture("picker-80x24", _picker, size=SMALL),
    Picture("details", _details),
    Picture("trouble", _trouble, scenario="trouble"),
    Picture("help", _help),
    Picture("ascii-80x24", _overview, size=SMALL, ascii=True),
)
"""Every picture there is."""


def draw(directory: Path) -> int:
    """Draw every picture into a directory, which is made where it is not there.

    Args:
        directory: Where the files go; files of the same names are replaced.

    Returns:
        The exit code.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for picture in PICTURES:
            svg = asyncio.run(render(picture))
            (directory / f"{picture.name}.svg").write_text(svg, encoding="utf-8")
            sys.stdout.write(f"{directory / picture.name}.svg\n")
    except OSError as error:
        sys.stderr.write(f"rcv3-tui: cannot draw into {directory}: {error.strerror}\n")
        return ExitCode.USAGE
    return ExitCode.OK


async def render(picture: Picture) -> str:
    """Play a picture's scene and give the screen as SVG.

    Args:
        picture: Which.

    Returns:
        The SVG, with no reference to anything outside itself.
    """
    clock = ManualClock()
    account = scenario(picture.scenario, now=clock.timestamp)
    settings = Settings(
        profile="demo",
        credentials=Credentials(account.username, api_key=Secret(account.api_key)),
        identity_url="http://127.0.0.1/v2.0",
        regions=("IAD",),
        ascii=picture.ascii,
        demo=picture.scenario,
    )
    worker = Worker(settings, asgi_app=create_app(account), clock=clock)
    app = ConsoleApp(settings, worker)
    async with app.run_test(size=picture.size) as pilot:
        stage = Stage(pilot, clock)
        for _ in range(6):
            await stage.wait(0.5)
        await picture.scene(stage)
        svg = app.export_screenshot(title="rcv3-tui")
        app.exit(0)
    return _TEXT.sub(_apart, _WEB_FONTS.sub("", svg))


def _apart(found: re.Match[str]) -> str:
    """Give each group of words its own place.

    Renderers differ in what they make of blanks and of `textLength`; where nothing but words is
    placed, columns stay in line in all of them.
    """
    text = found["text"].replace(_BLANK, "\N{NO-BREAK SPACE}")
    cells = cell_len(unescape(text))
    if not cells:
        return found[0]
    width = float(found["length"]) / cells
    drawn: list[str] = []
    for words in _GROUPS.finditer(text):
        before = cell_len(unescape(text[: words.start()]))
        own = cell_len(unescape(words[0]))
        drawn.append(
            f'<text class="{found["look"]}" x="{float(found["x"]) + before * width:g}" '
            f'y="{found["y"]}" textLength="{own * width:g}" {found["rest"]}>{words[0]}</text>'
        )
    return "".join(drawn)
