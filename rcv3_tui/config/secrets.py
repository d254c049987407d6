"""The sources of secrets: a setting, a file, a command, or the system's keyring.

Each source is a small value with one method, `read`. It is called once, at start-up, before any
screen is drawn. No message contains a secret or the output of a command.
"""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import time
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from msgspec import Struct

from rcv3_tui.child_environment import strip_secrets
from rcv3_tui.settings import CredentialError as CredentialError
from rcv3_tui.settings import Secret
from rcv3_tui.settings import SecretSource as SecretSource

KEYRING_SERVICE = "rcv3-tui"
"""The service name under which secrets are stored in the system's keyring."""

COMMAND_TIMEOUT = 30.0
"""Time limit in seconds for a command that prints a secret."""

_LONGEST = 4096
"""The maximum number of bytes read from a secret file, in case the path is wrong."""


class InlineSecret(Struct, frozen=True):
    """A secret that is already in memory, from the environment or a configuration file."""

    secret: Secret
    refusal: str = ""
    """Why it must not be used, such as a file that others can read; empty if it may be."""

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
                require_private_file(self.path, file.fileno())
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
                # A prompt on a hidden stdin or stderr would look like a hang.
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=strip_secrets(os.environ),
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
    """A secret in the system's keyring, stored under the user name."""

    username: str
    service: str = KEYRING_SERVICE
    """The service name under which it was stored."""

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
    """The storage behind a keyring."""

    priority: float


class _Keyring(Protocol):
    """The part of the `keyring` package that is used."""

    def get_password(self, service_name: str, username: str) -> str | None: ...

    def set_password(self, service_name: str, username: str, password: str) -> None: ...

    def get_keyring(self) -> _Backend: ...


def keyring_available() -> bool:
    """Return whether the system's keyring can store a secret; nothing is stored."""
    try:
        keyring = cast("_Keyring", import_module("keyring"))
        # Back ends that store nothing, or nothing safely, have a priority below 1.
        return keyring.get_keyring().priority >= 1
    except Exception:  # a keyring's back end may raise anything at all
        return False


def store_in_keyring(username: str, secret: Secret) -> None:
    """Store a secret in the system's keyring, where `KeyringSecret` finds it.

    Args:
        username: The user name that it belongs to.
        secret: The secret.

    Raises:
        CredentialError: It cannot be stored.
    """
    try:
        keyring = cast("_Keyring", import_module("keyring"))
        keyring.set_password(KEYRING_SERVICE, username, secret.reveal())
    except Exception as error:  # a keyring's back end may raise anything at all
        raise CredentialError(
            f"the system's keyring cannot be used ({type(error).__name__}); "
            "unlock it, or save the secret in a file"
        ) from None


def shared_file_reason(path: Path, descriptor: int | None = None) -> str:
    """Return why a file must not hold a secret, see `require_private_file`; empty if it may."""
    try:
        require_private_file(path, descriptor)
    except CredentialError as error:
        return str(error)
    return ""


def require_private_file(path: Path, descriptor: int | None = None) -> None:
    """Require that only its owner can read a file that holds a secret.

    Args:
        path: The file, for the message and its suggested command.
        descriptor: The open file, so that the file checked is the file read.

    Raises:
        CredentialError: Others have access; the text contains the chmod command.
        OSError: The file cannot be examined.
    """
    status = path.stat() if descriptor is None else os.fstat(descriptor)
    # Only this process can read a pipe (`--config <(...)`).
    mode = stat.S_IMODE(status.st_mode) if stat.S_ISREG(status.st_mode) else 0
    if mode & 0o077:
        raise CredentialError(
            f"holds a secret but others can read it (mode {mode:04o}); "
            f"run: chmod 600 {shlex.quote(str(path))}"
        )


def split_command(command: str) -> list[str]:
    """Split a command line into words as a shell does.

    Raises:
        CredentialError: It is empty, or a quote is not closed.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise CredentialError("the command has a quote that is not closed") from error
    if not words:
        raise CredentialError("the command is empty")
    return words


_SLICE = 0.1
"""Seconds between two checks whether a command has ended."""


def _output(process: subprocess.Popen[bytes], timeout: float, name: str) -> bytes:
    """Return the output of a running command, which never outlives this call.

    The output is complete when the command itself has ended: a daemon that it started, such as an
    agent, may keep the other end of the pipe open.
    """
    deadline = time.monotonic() + timeout
    has_ended = False
    try:
        while True:
            try:
                return process.communicate(timeout=_SLICE)[0]
            except subprocess.TimeoutExpired as error:
                if has_ended:
                    return error.output or b""
                # Read once more: output may have arrived since.
                has_ended = process.poll() is not None
                if not has_ended and time.monotonic() >= deadline:
                    raise CredentialError(
                        f"{name} did not finish within {timeout:g} seconds; "
                        "run the command by hand to see what it waits for"
                    ) from error
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            # Not read to its end: a grandchild may keep the other end open.
            process.stdout.close()


def _first_line(content: bytes, where: str) -> Secret:
    try:
        # Some editors write a byte order mark.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CredentialError(f"{where} is not UTF-8 text") from error
    # Only the line ending is removed: a secret may end with a space.
    line = text.partition("\n")[0].removesuffix("\r")
    if not line.strip():
        raise CredentialError(f"the first line of {where} is empty; the secret has to stand there")
    return Secret(line)
