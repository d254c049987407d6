"""The simulated accounts behind `--demo`."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from rcv3_tui.settings import ALL_REGIONS, Credentials, Secret, Settings

if TYPE_CHECKING:
    # Loads httpx, which the first paint does not need.
    from rcv3_tui.api.http_factory import ASGIApp, Message

_TWO_ACCOUNTS = "regions"
"""The scenario with a second profile."""

REGIONS_OF_DEMO = ("IAD", "DFW")
"""The regions of that scenario; a copy, like those below."""

USER = "demo"
SECOND_USER = "demo-production"
API_KEY = "0123456789abcdef0123456789abcdef"
"""Copies, so that the simulator is loaded by the first request and not before the first paint."""

_SECOND_PROFILE = "demo-production"
_SECOND_HOST = "127.0.0.2"
_SECOND_IDENTITY = f"http://{_SECOND_HOST}/v2.0"


def create_demo_app(options: argparse.Namespace, settings: Settings) -> tuple[Settings, ASGIApp]:
    """Return a simulated account in this process; nothing is sent or written.

    Args:
        options: The parsed options.
        settings: The settings from `account_settings.demo_settings`.

    Returns:
        The settings with the account's credentials, and its ASGI application.
    """
    regions = settings.regions if ALL_REGIONS not in settings.regions else ()
    app = DemoApp(options.demo, options.demo_seed or 0, regions)
    settings = replace(settings, credentials=_credentials(USER))
    if options.demo == _TWO_ACCOUNTS:
        settings = replace(settings, regions=settings.regions or REGIONS_OF_DEMO)
    return settings, app


class DemoApp:
    """The ASGI application of a simulated account, which the first request creates.

    Args:
        scenario: The name of the account.
        seed: Varies it.
        regions: Its regions; empty: those of the scenario.
    """

    def __init__(self, scenario: str, seed: int, regions: tuple[str, ...]) -> None:
        self._scenario = scenario
        self._seed = seed
        self._regions = regions
        self._apps: dict[str, ASGIApp] = {}

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Pass a request to the account of its host."""
        host, _ = scope["server"]
        is_second = self._scenario == _TWO_ACCOUNTS and host == _SECOND_HOST
        await self._app(_SECOND_HOST if is_second else "")(scope, receive, send)

    def _app(self, host: str) -> ASGIApp:
        if host not in self._apps:
            from rcv3_tui.simulator import build_scenario, build_second_account, create_app

            if host:
                account = build_second_account(seed=self._seed)
            elif self._regions:
                account = build_scenario(self._scenario, seed=self._seed, regions=self._regions)
            else:
                account = build_scenario(self._scenario, seed=self._seed)
            self._apps[host] = create_app(account)
        return self._apps[host]


def demo_profiles(settings: Settings) -> DemoProfiles | None:
    """Return the profiles of a simulated account; None where there is only one.

    Args:
        settings: The settings that the console starts with.
    """
    return DemoProfiles(settings) if settings.demo == _TWO_ACCOUNTS else None


class DemoProfiles:
    """Two profiles: the account of `--demo regions`, and a protected one of another customer.

    Args:
        settings: The settings of the first profile.
    """

    def __init__(self, settings: Settings) -> None:
        second = replace(
            settings,
            profile=_SECOND_PROFILE,
            credentials=_credentials(SECOND_USER),
            identity_url=_SECOND_IDENTITY,
            regions=(),
            protected=True,
        )
        self._settings = {each.profile: each for each in (settings, second)}

    @property
    def names(self) -> Sequence[str]:
        """The names of both profiles."""
        return tuple(self._settings)

    def settings(self, name: str) -> Settings:
        """Return the settings of a profile.

        Args:
            name: One of `names`.
        """
        return self._settings[name]


def _credentials(username: str) -> Credentials:
    return Credentials(username, api_key=Secret(API_KEY))
