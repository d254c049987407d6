"""Every picture there is: what it shows, on which account, and what is done before it is taken."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from rcv3_tui.clock import ManualClock
from rcv3_tui.pictures.stage import Play, Scene, Stage, nothing, small, trouble
from rcv3_tui.settings import Settings
from rcv3_tui.simulator import Account, parse_fault
from rcv3_tui.terminal import Depth

_DEMO = Settings(profile="demo", demo="small")


@dataclass(frozen=True, slots=True)
class Picture:
    """A scene, drawn once at each size."""

    name: str
    scene: Scene
    play: Play = Play()  # noqa: RUF009 - a frozen value


def _pressing(*keys: str) -> Scene:
    async def scene(stage: Stage) -> None:
        await stage.press(*keys)

    return scene


def _looking(**changed: object) -> Play:
    return Play(settings=replace(_DEMO, **changed))


def _failing(fault: str) -> Play:
    def account(clock: ManualClock) -> Account:
        made = small(clock)
        made.faults.add(parse_fault(fault))
        return made

    return Play(account=account)


# -- the panes --------------------------------------------------------------------------------

_to_api_01 = ("down",) * 4


async def _marks(stage: Stage) -> None:
    await stage.press("down", "space", "down", "down", "down", "space", "down", "space", "/")
    await stage.type("web-0")
    await stage.press("enter")


async def _filter(stage: Stage) -> None:
    await stage.press("/")
    await stage.type("web !02")


async def _command(stage: Stage) -> None:
    await stage.press(":")
    await stage.type("net")
    await stage.wait(0.1)


async def _palette(stage: Stage) -> None:
    await stage.press("ctrl+p")
    await stage.type("re")


async def _adding(stage: Stage) -> None:
    await stage.press("down", "a")
    await stage.wait(4.0)


async def _operations(stage: Stage) -> None:
    await stage.press("down", "a")
    await stage.wait(12.0)
    await stage.press("down", "a")
    await stage.wait(3.0)
    await stage.press("5")


# -- dialogs ----------------------------------------------------------------------------------


async def _removing_a_node(stage: Stage) -> None:
    await stage.press("3", "down", "down", "enter")
    await stage.wait(1.0)
    await stage.press("ctrl+d")


async def _removing_several(stage: Stage) -> None:
    await stage.press("2", "space", "down", "space", "down", "space", "ctrl+d")


async def _reassigning(stage: Stage) -> None:
    await stage.press("2", "down", "down", "down", "v")
    await stage.wait(0.5)


async def _picking(stage: Stage) -> None:
    await stage.press("3", "a")
    await stage.type("0")
    await stage.press("down", "down", "tab")


async def _leaving(stage: Stage) -> None:
    await stage.press("down", "a")
    await stage.wait(2.0)
    await stage.press("q")


async def _log(stage: Stage) -> None:
    await stage.press("down", "a")
    await stage.wait(12.0)
    await stage.press("down", "down", "down", "a")
    await stage.wait(2.0)
    await stage.press("l")


# -- what is not as it should be --------------------------------------------------------------


async def _stale(stage: Stage) -> None:
    stage.account.faults.add(parse_fault("drop"))
    for _ in range(8):
        await stage.wait(5.0)


async def _waiting(stage: Stage) -> None:
    await stage.press("2")
    await stage.wait(1.0)


async def _refused(stage: Stage) -> None:
    await stage.press("down", "ctrl+d")


PICTURES = (
    Picture("overview", _pressing(*_to_api_01)),
    Picture("servers", _pressing("w", "f")),
    Picture("public-ips", _pressing("2", "w", "f")),
    Picture("pools", _pressing("3", "f", "down")),
    Picture("nodes", _pressing("3", "down", "down", "down", "enter")),
    Picture("networks", _pressing("4")),
    Picture("operations", _operations),
    Picture("adding", _adding),
    Picture("details", _pressing(*_to_api_01, "d")),
    Picture("json", _pressing(*_to_api_01, "y")),
    Picture("help", _pressing("?")),
    Picture("filter", _filter),
    Picture("marks", _marks),
    Picture("command", _command),
    Picture("palette", _palette),
    Picture("sort", _pressing("s")),
    Picture("copy", _pressing(*_to_api_01, "C")),
    Picture("mask", _pressing(*_to_api_01, "P")),
    Picture("log", _log),
    Picture("attention", _pressing(), Play(account=trouble)),
    Picture("trouble", _pressing("!"), Play(account=trouble)),
    Picture("hostile", _pressing("f", "end"), Play(account=trouble)),
    Picture("removal", _pressing("2", "down", "down", "ctrl+d")),
    Picture("removal-node", _removing_a_node),
    Picture("removal-several", _removing_several),
    Picture("picker", _picking),
    Picture("reassign", _reassigning),
    Picture("leaving", _leaving),
    Picture("login", _pressing(), Play(settings=replace(_DEMO, profile="acme"), signed_in=False)),
    Picture("loading", _waiting, replace(_failing("silence=600 GET /public_ips"), first=0.0)),
    Picture("empty", _waiting, Play(account=nothing)),
    Picture("error", _waiting, _failing("500 GET /public_ips")),
    Picture("stale", _stale),
    Picture(
        "protected",
        _refused,
        _looking(profile="acme-production", protected=True, read_only=True, colour="red"),
    ),
    Picture("ascii", _pressing(*_to_api_01), _looking(ascii=True)),
    Picture("no-color", _pressing(*_to_api_01), replace(Play(), depth=Depth.NONE)),
    Picture("sixteen-colors", _pressing(*_to_api_01), replace(Play(), depth=Depth.SIXTEEN)),
    Picture("eight-colors", _pressing("!"), Play(account=trouble, depth=Depth.EIGHT)),
    Picture("light", _pressing(*_to_api_01), _looking(theme="textual-light")),
)
"""Every picture there is."""
