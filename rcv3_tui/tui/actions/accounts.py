"""Other regions of this account, and other profiles' accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rcv3_tui.settings import ALL_REGIONS
from rcv3_tui.spelling import did_you_mean

if TYPE_CHECKING:
    from rcv3_tui.tui.screens.console import ConsoleScreen


def known_regions(console: ConsoleScreen) -> Sequence[str]:
    """Give the regions that the account has RackConnect in."""
    signed_in = console.worker.signed_in
    return () if signed_in is None else tuple(sorted({*signed_in.regions, *signed_in.others}))


def known_profiles(console: ConsoleScreen) -> Sequence[str]:
    """Give the names of the profiles there are."""
    profiles = console.console_app.profiles
    return () if profiles is None else profiles.names


def region(console: ConsoleScreen, text: str) -> None:
    """Show other regions: those typed, or those chosen from a list."""
    known = known_regions(console)
    if not known:
        console.say("not signed in yet: the regions are not known", "warn")
        return
    names = [word.upper() for word in text.replace(",", " ").split()]
    if not names:
        _choose_regions(console, known)
        return
    for name in names:
        if name != ALL_REGIONS and name not in known:
            hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
            console.say(f"the account has no RackConnect in {name}{hint}", "failed")
            return
    _show(console, known if ALL_REGIONS in names else tuple(dict.fromkeys(names)))


def _choose_regions(console: ConsoleScreen, known: Sequence[str]) -> None:
    from rcv3_tui.tui.screens.picker import Entry, PickerScreen

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


def _show(console: ConsoleScreen, names: Sequence[str]) -> None:
    signed_in = console.worker.signed_in
    if signed_in is not None and tuple(names) == signed_in.regions:
        console.say(f"{','.join(names)} is shown already")
        return
    left = [op for op in console.under_way if op.request.region not in names]
    console.worker.show_regions(names)
    more = ""
    if left:
        noun = "operation elsewhere goes" if len(left) == 1 else "operations elsewhere go"
        more = f"; {len(left)} {noun} on, see {console.keys['ops']}"
    console.say(f"showing {','.join(names)}{more}")


def profile(console: ConsoleScreen, name: str) -> None:
    """Open another profile's account: the one typed, or one chosen from a list."""
    known = known_profiles(console)
    if not known:
        console.say("there are no profiles: config.toml names none", "warn")
    elif not name:
        _choose_profile(console, known)
    elif name not in known:
        hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        console.say(f"there is no profile {name!r}{hint}", "failed")
    else:
        _open(console, name)


def _choose_profile(console: ConsoleScreen, known: Sequence[str]) -> None:
    from rcv3_tui.tui.screens.picker import Entry, PickerScreen

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


def _open(console: ConsoleScreen, name: str) -> None:
    if name == console.settings.profile:
        console.say(f"profile {name} is open already")
        return
    console.say(f"opening profile {name} ...", "moving")
    console.run_worker(_open_when_read(console, name), group="profile", exclusive=True)


async def _open_when_read(console: ConsoleScreen, name: str) -> None:
    """Read the profile's secret away from the keys: a command may take its time to print it."""
    app = console.console_app
    if app.profiles is None:
        return
    try:
        settings = await asyncio.to_thread(app.profiles.settings, name)
    except ValueError as error:
        console.say(str(error), "failed")
        return
    left = len(console.under_way)
    app.open_account(settings)
    if left:
        noun = "operation goes" if left == 1 else "operations go"
        app.front.say(f"{left} {noun} on in {console.settings.profile}, and will be told", "warn")
