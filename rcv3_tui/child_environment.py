"""The environment of child processes: this process's own, without secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping

SECRET_VARIABLES = frozenset(
    {
        "OS_API_KEY",
        "OS_AUTH_TOKEN",
        "OS_PASSWORD",
        "OS_TOKEN",
        "RAX_API_KEY",
        "RCV3_API_KEY",
        "RCV3_PASSWORD",
        "RCV3_TOKEN",
        "RS_API_KEY",
        "RS_PASSWORD",
    }
)
"""The variables from which this program reads a secret."""

_SECRET_NAME = re.compile(
    r"(?:RCV3|OS|RS|RAX)_(?:\w+_)?(?:API_?KEY|PASSWORD|PASSCODE|SECRET|TOKEN)"
)
"""Secrets of other tools for the same accounts, such as OS_APPLICATION_CREDENTIAL_SECRET."""


def strip_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the secrets of this program and of tools for the account."""
    return {name: value for name, value in environ.items() if not is_secret(name)}


def is_secret(name: str) -> bool:
    """Return whether a variable holds a secret, by its name."""
    return name in SECRET_VARIABLES or _SECRET_NAME.fullmatch(name) is not None
