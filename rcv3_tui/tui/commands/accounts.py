"""Show other regions of the account, or the account of another profile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rcv3_tui.model.operation import Operation
from rcv3_tui.settings import ALL_REGIONS
from rcv3_tui.suggest import did_you_mean
from rcv3_tui.tui.commands.base import Command
from rcv3_tui.tui.context import Console
from rcv3_tui.tui.screens.picker import Entry, PickerScreen

_GROUP = "Navigation"


class Region(Command):
    """Show other regions of the account."""

    name = "region"
    usage = "IAD|DFW,IAD|all"
    label = "region"
    help = "show another region, or several; without a name, choose from a list"
    group = _GROUP
    command_names = ("region", "regions")

    def run(self, console: Console, argument: str = "") -> None:
        """Show the regions that were typed, or let the operator choose."""
        _show_regions(console, argument)

    def arguments(self, console: Console) -> Sequence[str]:
        """Return the regions of the account, and `all`."""
        return (*_known_regions(console), "all")


class Profile(Command):
    """Open the account of another profile."""

    name = "profile"
    usage = "NAME"
    label = "profile"
    help = "open the account of another profile; without a name, choose from a list"
    group = _GROUP
    command_names = ("profile", "profiles")

    def run(self, console: Console, argument: str = "") -> None:
        """Open the profile that was typed, or let the operator choose."""
        _open_profile(console, argument)

    def arguments(self, console: Console) -> Sequence[str]:
        """Return the names of the profiles."""
        return _known_profiles(console)


class Login(Command):
    """Open the login screen again."""

    name = "login"
    label = "sign in"
    help = "open the login screen again, after it was closed while a sign-in is needed"
    group = _GROUP
    in_palette = False
    command_names = ("login",)

    def run(self, console: Console, argument: str = "") -> None:
        """Open it, if the console is not signed in."""
        del argument
        if not console.console_app.ask_to_sign_in():
            console.show_message(
                "the console is signed in; :profile opens the account of another profile", "warn"
            )


def _known_regions(console: Console) -> Sequence[str]:
    """Return the regions in which the account has RackConnect."""
    signed_in = console.worker.signed_in
    return (
        () if signed_in is None else tuple(sorted({*signed_in.regions, *signed_in.other_regions}))
    )


def _known_profiles(console: Console) -> Sequence[str]:
    """Return the names of the profiles."""
    profiles = console.console_app.profiles
    return () if profiles is None else profiles.names


def _show_regions(console: Console, text: str) -> None:
    """Show the regions that were typed, or those chosen from a list."""
    known = _known_regions(console)
    if not known:
        console.show_message("not signed in yet: the regions are not known", "warn")
        return
    names = [word.upper() for word in text.replace(",", " ").split()]
    if not names:
        _choose_regions(console, known)
        return
    for name in names:
        if name != ALL_REGIONS and name not in known:
            hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
            console.show_message(f"the account has no RackConnect in {name}{hint}", "failed")
            return
    _show(console, known if ALL_REGIONS in names else tuple(dict.fromkeys(names)))


def _choose_regions(console: Console, known: Sequence[str]) -> None:
    signed_in = console.worker.signed_in
    shown = signed_in.regions if signed_in else ()

    def chosen(names: tuple[str, ...] | None) -> None:
        if names:
            _show(console, names)

    console.app.push_screen(
        PickerScreen(
            "Show which regions?",
            [Entry(name, name, "shown now" if name in shown else "") for name in known],
            multiple=True,
            ascii_only=console.ascii,
        ),
        chosen,
    )


def _show(console: Console, names: Sequence[str]) -> None:
    signed_in = console.worker.signed_in
    if signed_in is not None and tuple(names) == signed_in.regions:
        console.show_message(f"{','.join(names)} is already shown")
        return
    left = [op for op in console.running_operations if op.request.region not in names]
    console.worker.show_regions(names)
    more = ""
    if left:
        continued = "operation continues" if len(left) == 1 else "operations continue"
        where = "in another region" if len(left) == 1 else "in other regions"
        key = console.keys["ops"]
        more = f"; {len(left)} {continued} {where}{_progress(left)}; {key} lists them"
    console.show_message(f"showing {','.join(names)}{more}")


def _open_profile(console: Console, name: str) -> None:
    """Open the profile that was typed, or one chosen from a list."""
    known = _known_profiles(console)
    if not known:
        console.show_message("no profiles: config.toml defines none", "warn")
    elif not name:
        _choose_profile(console, known)
    elif name not in known:
        hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        console.show_message(f"there is no profile {name!r}{hint}", "failed")
    else:
        _open(console, name)


def _choose_profile(console: Console, known: Sequence[str]) -> None:
    here = console.settings.profile

    def chosen(names: tuple[str, ...] | None) -> None:
        if names:
            _open(console, names[0])

    console.app.push_screen(
        PickerScreen(
            "Open which profile's account?",
            [Entry(name, name, "open now" if name == here else "") for name in known],
            ascii_only=console.ascii,
        ),
        chosen,
    )


def _open(console: Console, name: str) -> None:
    if name == console.settings.profile:
        console.show_message(f"profile {name} is already open")
        return
    console.show_message(f"opening profile {name} ...", "moving")
    console.run_worker(_open_when_read(console, name), group="profile", exclusive=True)


async def _open_when_read(console: Console, name: str) -> None:
    """Read the profile in a thread, because its secret command may block, then open it."""
    app = console.console_app
    if app.profiles is None:
        return
    try:
        settings = await asyncio.to_thread(app.profiles.settings, name)
    except ValueError as error:
        console.show_message(str(error), "failed")
        return
    while not all(screen.is_mounted for screen in console.app.screen_stack):  # noqa: ASYNC110
        # A screen that was just pushed cannot be closed before it is mounted.
        await asyncio.sleep(0)
    if app.front is not console:
        return
    left = console.running_operations
    app.open_account(settings)
    if left:
        continued = "operation continues" if len(left) == 1 else "operations continue"
        app.front.show_message(
            f"{len(left)} {continued} in {console.settings.profile}{_progress(left)}; :stop "
            "cancels those that are queued",
            "warn",
        )


def _progress(operations: Sequence[Operation]) -> str:
    """Describe how many operations are queued and sent; empty where none is queued."""
    queued = sum(1 for operation in operations if not operation.has_left)
    return f" ({queued} queued, {len(operations) - queued} sent)" if queued else ""
