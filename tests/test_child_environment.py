"""The environment of child processes has no secrets of the account."""

from __future__ import annotations

import pytest

from rcv3_tui.child_environment import SECRET_VARIABLES, strip_secrets


@pytest.mark.parametrize(
    "name",
    [
        *sorted(SECRET_VARIABLES),
        "OS_APPLICATION_CREDENTIAL_SECRET",
        "OS_PASSCODE",
        "OS_ACCESS_TOKEN",
        "RAX_PASSWORD",
        "RS_APIKEY",
    ],
)
def test_secret_is_left_out(name: str) -> None:
    assert strip_secrets({name: "x", "PATH": "/bin"}) == {"PATH": "/bin"}


@pytest.mark.parametrize(
    "name", ["RCV3_USERNAME", "OS_AUTH_URL", "RCV3_REGION", "SSH_AUTH_SOCK", "MY_OS_PASSWORD_FILE"]
)
def test_other_variables_stay(name: str) -> None:
    assert strip_secrets({name: "x"}) == {name: "x"}
