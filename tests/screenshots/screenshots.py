"""All screenshots: the account of each, and the keys that lead to it."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from rcv3_tui.clock import ManualClock
from rcv3_tui.settings import Settings
from rcv3_tui.simulator import Account, parse_fault
from rcv3_tui.terminal_capabilities import ColorDepth
from tests.screenshots.accounts import empty_account, shop, trouble
from tests.screenshots.capture import Capture
from tests.screenshots.session import (
    SMALL,
    WIDE,
    Scene,
    SceneSetup,
    Session,
    open_session,
)

_HERO = (160, 45)
"""Columns and rows of the first picture: the inspector is open."""

_ROWS = (120, 22)
"""For a list of the account's servers or addresses."""

_FEW = (100, 14)
"""For a view with few rows."""

RECORDING = "recording.svg"
"""The file of the animation."""

_DEMO = Settings(profile="demo", demo="small")


@dataclass(frozen=True, slots=True)
class Screenshot:
    """A scene, captured once at each size."""

    name: str
    scene: Scene
    setup: SceneSetup = SceneSetup()  # noqa: RUF009 - a frozen value
    size: tuple[int, int] = WIDE
    """Columns and rows of the wide one."""
    small: bool = True
    """Whether it is captured at 80x24 too; a view with few rows would be mostly empty there."""

    @property
    def files(self) -> dict[str, tuple[int, int]]:
        """The names of its files, and columns and rows of each."""
        files = {f"{self.name}.svg": self.size}
        if self.small:
            files[f"{self.name}-80x24.svg"] = SMALL
        return files


async def capture_screenshot(screenshot: Screenshot, size: tuple[int, int]) -> Capture:
    """Play a scene and return the screen at its end.

    Args:
        screenshot: The scene and how the app is started for it.
        size: Columns and rows.
    """
    async with open_session(screenshot.setup, size) as session:
        await screenshot.scene(session)
        return await session.capture()


def _pressing(*keys: str) -> Scene:
    async def scene(session: Session) -> None:
        await session.press(*keys)

    return scene


def _with_settings(**changed: object) -> SceneSetup:
    return SceneSetup(settings=replace(_DEMO, **changed))


def _failing(fault: str) -> SceneSetup:
    def account(clock: ManualClock) -> Account:
        made = shop(clock)
        made.faults.add(parse_fault(fault))
        return made

    return SceneSetup(account=account)


# -- the panes --------------------------------------------------------------------------------

_to_api_01 = ("down",) * 4


async def _marks(session: Session) -> None:
    await session.press("down", "space", "down", "down", "down", "space", "down", "space", "/")
    await session.type("w")
    await session.press("enter")


async def _filter(session: Session) -> None:
    await session.press("/")
    await session.type("w !02")


async def _command(session: Session) -> None:
    await session.press(":")
    await session.type("net")
    await session.wait(0.1)


async def _palette(session: Session) -> None:
    await session.press("ctrl+p")
    await session.type("re")


async def _add(session: Session, *keys: str) -> None:
    """Press keys and `a`, and approve the question."""
    await session.press(*keys, "a")
    await session.wait(1.0)
    await session.press("enter")


async def _adding(session: Session) -> None:
    await _add(session, "down")
    await session.wait(4.0)


async def _hero(session: Session) -> None:
    """Add an address to api-02, and place the cursor on batch-01, whose address failed."""
    await _add(session, "down")
    await session.wait(4.0)
    await session.press("down")
    await session.wait(1.0)


async def _changes(session: Session) -> None:
    """Add two addresses while another client adds a third and deletes a server."""
    await _add(session, "down")
    await session.wait(12.0)
    region = session.account.region()
    servers = {server.name: server for server in region.servers.values()}
    session.account.add_public_ip(servers["web-04"], status="ADDING", age=2.0, moves_after=6.0)
    session.account.delete_server(servers["worker-04"].id)
    await _add(session, "down", "down")
    for _ in range(8):
        await session.wait(5.0)
    await session.press("6")
    await session.wait(1.0)


async def _operations(session: Session) -> None:
    await _add(session, "down")
    await session.wait(12.0)
    session.account.plan_failure("public_ip", "ADD_FAILED", detail="No public IP is available")
    await _add(session, "down", "down")
    await session.wait(12.0)
    await _add(session, "down", "down", "down", "down")
    await session.wait(3.0)
    await session.press("5")


# -- dialogs ----------------------------------------------------------------------------------


async def _removing_a_node(session: Session) -> None:
    await session.press("3", "down", "down", "enter")
    await session.wait(1.0)
    await session.press("ctrl+d")


async def _removing_several(session: Session) -> None:
    await session.press("2", "space", "down", "space", "down", "space", "ctrl+d")


async def _reassigning(session: Session) -> None:
    await session.press("2", "down", "down", "down", "v")
    await session.wait(0.5)


async def _picking(session: Session) -> None:
    await session.press("3", "a")
    await session.type("0")
    await session.press("down", "down", "tab")


async def _leaving(session: Session) -> None:
    await _add(session, "down")
    await session.wait(2.0)
    await session.press("q")


async def _log(session: Session) -> None:
    await _add(session, "down")
    await session.wait(12.0)
    session.account.plan_failure("public_ip", "ADD_FAILED", detail="No public IP is available")
    await _add(session, "down", "down")
    await session.wait(12.0)
    await _add(session, "down", "down", "down", "down")
    await session.wait(2.0)
    await session.press("l")


# -- failures --------------------------------------------------------------


async def _stale(session: Session) -> None:
    session.account.faults.add(parse_fault("drop"))
    for _ in range(8):
        await session.wait(5.0)


async def _waiting(session: Session) -> None:
    await session.press("2")
    await session.wait(1.0)


async def _refused(session: Session) -> None:
    await session.press("down", "ctrl+d")


SCREENSHOTS = (
    Screenshot("hero", _hero, size=_HERO),
    Screenshot("overview", _pressing(*_to_api_01)),
    Screenshot("servers", _pressing("w", "f"), size=_ROWS),
    Screenshot("public-ips", _pressing("2", "w", "f"), size=_ROWS),
    Screenshot("pools", _pressing("3", "f", "down"), size=_FEW, small=False),
    Screenshot("nodes", _pressing("3", "down", "down", "enter"), small=False),
    Screenshot("networks", _pressing("4"), size=_FEW, small=False),
    Screenshot("operations", _operations, size=_FEW, small=False),
    Screenshot("changes", _changes, size=_FEW, small=False),
    Screenshot("adding", _adding),
    Screenshot("details", _pressing(*_to_api_01, "d"), size=(100, 24)),
    Screenshot("json", _pressing(*_to_api_01, "y")),
    Screenshot("help", _pressing("?")),
    Screenshot("filter", _filter),
    Screenshot("marks", _marks),
    Screenshot("command", _command),
    Screenshot("palette", _palette),
    Screenshot("sort", _pressing("s")),
    Screenshot("copy", _pressing(*_to_api_01, "C")),
    Screenshot("mask", _pressing(*_to_api_01, "P")),
    Screenshot("log", _log, size=(100, 20)),
    Screenshot("attention", _pressing(), SceneSetup(account=trouble)),
    Screenshot("trouble", _pressing("!"), SceneSetup(account=trouble)),
    Screenshot("hostile", _pressing("f", "end"), SceneSetup(account=trouble)),
    Screenshot("removal", _pressing("2", "down", "down", "ctrl+d")),
    Screenshot("removal-node", _removing_a_node),
    Screenshot("removal-several", _removing_several),
    Screenshot("drain", _pressing(*_to_api_01, "D")),
    Screenshot("picker", _picking),
    Screenshot("reassign", _reassigning),
    Screenshot("leaving", _leaving),
    Screenshot(
        "login",
        _pressing(),
        SceneSetup(settings=replace(_DEMO, profile="acme"), signed_in=False),
        size=(84, 22),
    ),
    Screenshot(
        "loading",
        _waiting,
        replace(_failing("silence=600 GET /public_ips"), first=0.0),
        small=False,
    ),
    Screenshot("empty", _waiting, SceneSetup(account=empty_account), size=(100, 28), small=False),
    Screenshot("error", _waiting, _failing("500 GET /public_ips"), small=False),
    Screenshot("stale", _stale),
    Screenshot(
        "protected",
        _refused,
        _with_settings(profile="acme-production", protected=True, read_only=True, color="red"),
    ),
    Screenshot("ascii", _pressing(*_to_api_01), _with_settings(ascii=True)),
    Screenshot("no-color", _pressing(*_to_api_01), replace(SceneSetup(), depth=ColorDepth.NONE)),
    Screenshot(
        "sixteen-colors", _pressing(*_to_api_01), replace(SceneSetup(), depth=ColorDepth.SIXTEEN)
    ),
    Screenshot("eight-colors", _pressing("!"), SceneSetup(account=trouble, depth=ColorDepth.EIGHT)),
    Screenshot("light", _pressing(*_to_api_01), _with_settings(theme="textual-light")),
)
"""All screenshots, in the order in which they are written."""
