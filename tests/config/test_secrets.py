"""The sources of secrets, and the errors if they cannot be read."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

from rcv3_tui.config import secrets
from rcv3_tui.config.secrets import (
    CommandSecret,
    CredentialError,
    FileSecret,
    KeyringSecret,
)
from rcv3_tui.settings import Secret

HIDDEN = "s3cr3t-value"


def secret_file(tmp_path: Path, content: str = HIDDEN + "\n", mode: int = 0o600) -> Path:
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(mode)
    return path


def python(code: str) -> str:
    """A command line that runs some Python."""
    return shlex.join([sys.executable, "-c", code])


def failure(source: secrets.SecretSource) -> str:
    """What a source says that cannot give its secret."""
    with pytest.raises(CredentialError) as caught:
        source.read()
    text = str(caught.value)
    assert HIDDEN not in text
    assert "\n" not in text
    return text


def test_secret_is_the_first_line_of_a_file(tmp_path: Path) -> None:
    path = secret_file(tmp_path, f"{HIDDEN}\r\nsomething else\n")
    assert FileSecret(path).read() == Secret(HIDDEN)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_file_that_others_can_read_is_rejected_with_the_chmod_command(
    tmp_path: Path, mode: int
) -> None:
    path = secret_file(tmp_path, mode=mode)
    text = failure(FileSecret(path))
    assert f"mode {mode:04o}" in text
    assert f"chmod 600 {path}" in text


def test_missing_file_is_named(tmp_path: Path) -> None:
    assert f"cannot read {tmp_path / 'no'}: No such file" in failure(FileSecret(tmp_path / "no"))


def test_file_with_an_empty_first_line_is_refused(tmp_path: Path) -> None:
    assert "is empty" in failure(FileSecret(secret_file(tmp_path, f"\n{HIDDEN}\n")))


def test_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = secret_file(tmp_path)
    path.write_bytes(b"\xff\xfe\x00")
    assert "is not UTF-8 text" in failure(FileSecret(path))


def test_secret_is_the_first_line_of_a_command() -> None:
    command = python(f"print({HIDDEN!r}); print('more')")
    assert CommandSecret(command).read() == Secret(HIDDEN)


def test_command_is_not_run_by_a_shell() -> None:
    command = python("import sys; print(sys.argv[1:])") + " '$HOME' ; echo x"
    assert CommandSecret(command).read() == Secret("['$HOME', ';', 'echo', 'x']")


def test_command_is_given_no_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RS_API_KEY", HIDDEN)
    monkeypatch.setenv("RS_USERNAME", "rs")
    secret = CommandSecret(python("import os; print(sorted(n for n in os.environ if 'RS_' in n))"))
    assert secret.read() == Secret("['RS_USERNAME']")


def test_command_that_fails_is_named_by_its_exit_code_and_its_words_stay_out() -> None:
    text = failure(CommandSecret(python(f"import sys; sys.stderr.write({HIDDEN!r}); sys.exit(7)")))
    assert "exit code 7" in text
    assert "by hand" in text


def test_command_that_is_killed_is_named_by_its_signal() -> None:
    text = failure(CommandSecret(python("import os; os.kill(os.getpid(), 9)")))
    assert "ended by signal 9" in text


def test_command_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def remembering(*args: object, **kwargs: object) -> subprocess.Popen[bytes]:
        process: subprocess.Popen[bytes] = real(*args, **kwargs)  # type: ignore[call-overload]
        started.append(process)
        return process

    monkeypatch.setattr(subprocess, "Popen", remembering)
    waiting = CommandSecret(python("import signal; signal.pause()"), timeout=0.05)
    assert "did not finish within 0.05 seconds" in failure(waiting)
    assert started[0].poll() is not None


def test_command_that_is_not_installed_is_named_without_its_arguments() -> None:
    text = failure(CommandSecret(f"no-such-program-here --token {HIDDEN}"))
    assert '"no-such-program-here" was not found' in text


def test_command_without_permission_is_reported(tmp_path: Path) -> None:
    assert "cannot be started" in failure(CommandSecret(str(secret_file(tmp_path))))


@pytest.mark.parametrize("command", ["", "   ", "pass 'unclosed"])
def test_command_that_cannot_be_split_is_refused(command: str) -> None:
    assert "the command" in failure(CommandSecret(command))


def keyring_with(monkeypatch: pytest.MonkeyPatch, answer: str | Exception | None) -> None:
    """Put a keyring in place that knows one answer."""

    def get_password(service_name: str, username: str) -> str | None:
        assert (service_name, username) == ("rcv3-tui", "acme ops")
        if isinstance(answer, Exception):
            raise answer
        return answer

    module = types.ModuleType("keyring")
    module.__dict__["get_password"] = get_password
    monkeypatch.setitem(sys.modules, "keyring", module)


def test_keyring_returns_the_secret_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring_with(monkeypatch, HIDDEN)
    assert KeyringSecret("acme ops").read() == Secret(HIDDEN)


def test_keyring_without_entry_explains_how_to_store_one(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring_with(monkeypatch, None)
    assert "keyring set rcv3-tui 'acme ops'" in failure(KeyringSecret("acme ops"))


def test_broken_keyring_is_reported_by_error_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keyring_with(monkeypatch, RuntimeError(HIDDEN))
    assert "cannot be used (RuntimeError)" in failure(KeyringSecret("acme ops"))


def test_missing_keyring_package_explains_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "pip install 'rcv3-tui[keyring]'" in failure(KeyringSecret("acme"))


def test_key_is_used_when_the_command_has_ended_though_a_daemon_holds_its_pipe() -> None:
    script = (
        "import os, sys, time; print('k3y-of-acme', flush=True); "
        "os.fork() or (time.sleep(20), os._exit(0))"
    )
    began = time.monotonic()
    assert CommandSecret(python(script), timeout=15.0).read() == Secret("k3y-of-acme")
    assert time.monotonic() - began < 10
