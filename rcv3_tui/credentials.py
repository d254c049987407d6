"""Where a secret comes from: written down, a file, a command, or the system's keyring.

Each source is a small value with one method, `read`. Reading happens once, at the start, before
any screen is drawn. No message made here holds a secret, or what a command printed.
"""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from msgspec import Struct

from rcv3_tui.settings import Secret

KEYRING_SERVICE = "rcv3-tui"
"""The service name that secrets are kept under in the system's keyring."""

COMMAND_TIMEOUT = 30.0
"""Seconds a command may take to print a secret."""

SECRET_VARIABLES = frozenset(
    {
        "OS_API_KEY",
        "OS_PASSWORD",
        "OS_TOKEN",
        "RAX_API_KEY",
        "RCV3_API_KEY",
        "RCV3_PASSWORD",
        "RS_API_KEY",
    }
)
"""The variables that hold a secret; no child of this program is given one."""

_LONGEST = 4096
"""Bytes of a secret file that are read: enough for any secret, little enough for a wrong path."""


class CredentialError(Exception):
    """A secret cannot be had; the text says why, and what to do next."""


class SecretSource(Protocol):
    """Something that a secret can be read from."""

    def read(self) -> Secret:
        """Get the secret.

        Raises:
            CredentialError: It cannot be had.
        """
        ...


class WrittenSecret(Struct, frozen=True):
    """A secret that is already at hand, from the environment or a file of settings."""

    secret: Secret
    refusal: str = ""
    """Why it must not be used: what it stands in can be read by others."""

    def read(self) -> Secret:
        """See `SecretSource.read`."""
        if self.refusal:
            raise CredentialError(self.refusal)
        return self.secret


class FileSecret(Struct, frozen=True):
    """A secret on the first line of a file that nobody else may read."""

    path: Path

    def read(self) -> Secret:
        """See `SecretSource.read`."""
        try:
            with self.path.open("rb") as file:
                refuse_if_shared(self.path, file.fileno())
                content = file.read(_LONGEST)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise CredentialError(f"cannot read {self.path}: {reason}") from error
        return _first_line(content, str(self.path))


class CommandSecret(Struct, frozen=True):
    """A secret that a command prints as its first line. No shell is involved."""

    command: str
    timeout: float = COMMAND_TIMEOUT

    def read(self) -> Secret:
        """See `SecretSource.read`."""
        arguments = split_command(self.command)
        # Only the program is named in messages: the arguments may hold something private.
        name = f'"{Path(arguments[0]).name}"'
        try:
            process = subprocess.Popen(  # noqa: S603 - the operator's own command, without a shell
                arguments,
                # A question on a hidden stdin or stderr would look like a hang.
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=without_secrets(os.environ),
            )
        except FileNotFoundError as error:
            raise CredentialError(f"the program {name} was not found on PATH") from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise CredentialError(f"the program {name} cannot be started: {reason}") from error
        output = _output(process, self.timeout, name)
        if process.returncode < 0:
            raise CredentialError(f"{name} was ended by signal {-process.returncode}")
        if process.returncode:
            raise CredentialError(
                f"{name} ended with exit code {process.returncode}; "
                "run the command by hand to see what it says"
            )
        return _first_line(output, f"the output of {name}")


class KeyringSecret(Struct, frozen=True):
    """A secret in the system's keyring, kept under the user name."""

    username: str
    service: str = KEYRING_SERVICE
    """Under whose name it was put there."""

    def read(self) -> Secret:
        """See `SecretSource.read`."""
        try:
            keyring = cast("_Keyring", import_module("keyring"))
        except ImportError as error:
            raise CredentialError(
                "the keyring needs an optional package; "
                "install it with: pip install 'rcv3-tui[keyring]'"
            ) from error
        try:
            text = keyring.get_password(self.service, self.username)
        except Exception as error:  # a keyring's back end may raise anything at all
            raise CredentialError(
                f"the system's keyring cannot be used ({type(error).__name__}); "
                "unlock it, or use api_key_file or api_key_command"
            ) from error
        if not text:
            raise CredentialError(
                f'the keyring has nothing for "{self.username}"; store it with: '
                f"keyring set {self.service} {shlex.quote(self.username)}"
            )
        return Secret(text)


class _Backend(Protocol):
    """What keeps the secrets of a keyring."""

    priority: float


class _Keyring(Protocol):
    """The part of the `keyring` package that is used."""

    def get_password(self, service_name: str, username: str) -> str | None: ...

    def set_password(self, service_name: str, username: str, password: str) -> None: ...

    def get_keyring(self) -> _Backend: ...


def keyring_works() -> bool:
    """Whether the system's keyring can keep a secret; nothing is put into it."""
    try:
        keyring = cast("_Keyring", import_module("keyring"))
        # Back ends that keep nothing, or nothing safely, say so by a priority below 1.
        return keyring.get_keyring().priority >= 1
    except Exception:  # a keyring's back end may raise anything at all
        return False


def keep_in_keyring(username: str, secret: Secret) -> None:
    """Put a secret into the system's keyring, where `KeyringSecret` finds it.

    Raises:
        CredentialError: It cannot be put there.
    """
    try:
        keyring = cast("_Keyring", import_module("keyring"))
        keyring.set_password(KEYRING_SERVICE, username, secret.reveal())
    except Exception as error:  # a keyring's back end may raise anything at all
        raise CredentialError(
            f"the system's keyring cannot be used ({type(error).__name__}); "
            "unlock it, or keep the secret in a file"
        ) from None


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Give an environment without the secrets that this program reads from it."""
    return {name: value for name, value in environ.items() if name not in SECRET_VARIABLES}


def why_shared(path: Path, descriptor: int | None = None) -> str:
    """Tell why a file must not hold a secret, or nothing: like `refuse_if_shared`."""
    try:
        refuse_if_shared(path, descriptor)
    except CredentialError as error:
        return str(error)
    return ""


def refuse_if_shared(path: Path, descriptor: int | None = None) -> None:
    """Make sure that only its owner can read a file that holds a secret.

    Args:
        path: The file, for the message and the command that mends it.
        descriptor: The file already open, so that what is checked is what is read.

    Raises:
        CredentialError: Others have access; the text holds the chmod to run.
        OSError: The file cannot be looked at.
    """
    status = path.stat() if descriptor is None else os.fstat(descriptor)
    # A pipe (`--config <(...)`) has nobody else at its other end.
    mode = stat.S_IMODE(status.st_mode) if stat.S_ISREG(status.st_mode) else 0
    if mode & 0o077:
        raise CredentialError(
            f"holds a secret but others can read it (mode {mode:04o}); "
            f"run: chmod 600 {shlex.quote(str(path))}"
        )


def split_command(command: str) -> list[str]:
    """Split a command line into words as a shell would.

    Raises:
        CredentialError: There is no word in it, or a quote is not closed.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise CredentialError("the command has a quote that is not closed") from error
    if not words:
        raise CredentialError("the command is empty")
    return words


def _output(process: subprocess.Popen[bytes], timeout: float, name: str) -> bytes:
    """What a started command prints; it never outlives this call."""
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise CredentialError(
            f"{name} did not finish within {timeout:g} seconds; "
            "run the command by hand to see what it waits for"
        ) from error
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            # Not read to its end: a grandchild may still hold the other side open.
            process.stdout.close()
    return output


def _first_line(content: bytes, where: str) -> Secret:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise CredentialError(f"{where} is not UTF-8 text") from error
    line = text.partition("\n")[0].strip()
    if not line:
        raise CredentialError(f"the first line of {where} is empty; the secret has to stand there")
    return Secret(line)


# Who to be -----------------------------------------------------------------------------------


class Offer(Struct, frozen=True):
    """What one source of settings knows of credentials; either half may be missing."""

    username: str | None
    secret: SecretSource | None
    is_password: bool = False
    """The secret is a password, not an API key."""
    username_origin: str = ""
    secret_origin: str = ""
    settles: bool = False
    """A user name alone already settles whose credentials are wanted: the operator named that
    user for this program, so that nobody else's complete credentials may stand in."""
    missing: str = ""
    """What a half of this source lacks, in words."""


class Choice(Struct, frozen=True):
    """Whose credentials are used; without an offer, the login screen has to ask."""

    offer: Offer | None
    username_hint: str | None = None
    username_origin: str = ""
    note: str = ""


def choose(offers: Iterable[Offer]) -> Choice:
    """Choose the credentials to use: the first source that is complete wins.

    A secret is only ever used with the user name its own source gives it, so that the key of one
    account is never sent with the name of another. Where a source that `settles` names a user
    without a secret, a later source counts only if it is about the very same user.

    Args:
        offers: The sources, the one to prefer first.
    """
    wanted: Offer | None = None
    hint: Offer | None = None
    notes: list[str] = []
    for offer in offers:
        if offer.username is None:
            if offer.secret is not None:
                notes.append(f"{offer.secret_origin} is not used: {offer.missing}")
            continue
        if wanted is not None and offer.username != wanted.username:
            continue
        if offer.secret is not None:
            return Choice(offer, username_origin=offer.username_origin, note="; ".join(notes))
        notes.append(f"{offer.username_origin} is set, but {offer.missing}")
        hint = hint or offer
        if offer.settles:
            wanted = hint = wanted or offer
    if hint is None:
        return Choice(None, note="; ".join(notes))
    return Choice(None, hint.username, hint.username_origin, "; ".join(notes))
