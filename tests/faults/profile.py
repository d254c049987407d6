"""How a worker signs in to an account that is served."""

from __future__ import annotations

from rcv3_tui.settings import Credentials, Secret, Settings

REGION = "IAD"


def settings_for(url: str, username: str, api_key: str, *, timeout: float) -> Settings:
    """Settings that sign in to an account where it is served.

    Args:
        url: Where that is.
        username: Whose account.
        api_key: Their key.
        timeout: Real seconds that an answer may take.
    """
    return Settings(
        profile="acme",
        credentials=Credentials(username, api_key=Secret(api_key)),
        identity_url=f"{url}/v2.0",
        regions=(REGION,),
        timeout=timeout,
        refresh_interval=30.0,
    )
