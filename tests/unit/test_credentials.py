"""Where a secret comes from, and what is said when it cannot be had."""

from __future__ import annotations

import shlex
import subprocess
import sys
import types
from pathlib import Path

import pytest

from rcv3_tui import credentials
from rcv3_tui.credentials import (
    CommandSecret,
    CredentialError,
    FileSecret,
    KeyringSecret,
    Offer,
    WrittenSecret,
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


def failure(source: credentials.SecretSource) -> str:
    """What a source says that cannot give its secret."""
    with pytest.raises(CredentialError) as caught:
        source.read()
    text = str(caught.value)
    assert HIDDEN not in text
    assert "\n" not in text
    return text


def test_a_file_gives_its_first_line(tmp_path: Path) -> None:
    path = secret_file(tmp_path, f"{HIDDEN}\r\nsomething else\n")
    assert FileSecret(path).read() == Secret(HIDDEN)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_file_that_others_can_open_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, mode: int
) -> None:
    path = secret_file(tmp_path, mode=mode)
    text = failure(FileSecret(path))
    assert f"mode {mode:04o}" in text
    assert f"chmod 600 {path}" in text


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    assert f"cannot read {tmp_path / 'no'}: No such file" in failure(FileSecret(tmp_path / "no"))


def test_a_file_with_an_empty_first_line_is_refused(tmp_path: Path) -> None:
    assert "is empty" in failure(FileSecret(secret_file(tmp_path, f"\n{HIDDEN}\n")))


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = secret_file(tmp_path)
    path.write_bytes(b"\xff\xfe\x00")
    assert "is not UTF-8 text" in failure(FileSecret(path))


def test_a_command_gives_its_first_line() -> None:
    command = python(f"print({HIDDEN!r}); print('more')")
    assert CommandSecret(command).read() == Secret(HIDDEN)


def test_a_command_is_not_run_by_a_shell() -> None:
    command = python("import sys; print(sys.argv[1:])") + " '$HOME' ; echo x"
    assert CommandSecret(command).read() == Secret("['$HOME', ';', 'echo', 'x']")


def test_a_command_is_given_no_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RS_API_KEY", HIDDEN)
    monkeypatch.setenv("RS_USERNAME", "rs")
    told = CommandSecret(python("import os; print(sorted(n for n in os.environ if 'RS_' in n))"))
    assert told.read() == Secret("['RS_USERNAME']")


def test_a_command_that_fails_is_named_by_its_exit_code_and_its_words_stay_out() -> None:
    text = failure(CommandSecret(python(f"import sys; sys.stderr.write({HIDDEN!r}); sys.exit(7)")))
    assert "exit code 7" in text
    assert "by hand" in text


def test_a_command_that_is_killed_is_named_by_its_signal() -> None:
    text = failure(CommandSecret(python("import os; os.kill(os.getpid(), 9)")))
    assert "ended by signal 9" in text


def test_a_command_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_command_that_is_not_installed_is_named_without_its_arguments() -> None:
    text = failure(CommandSecret(f"no-such-program-here --token {HIDDEN}"))
    assert '"no-such-program-here" was not found' in text


def test_a_command_that_may_not_be_run_says_so(tmp_path: Path) -> None:
    assert "cannot be started" in failure(CommandSecret(str(secret_file(tmp_path))))


@pytest.mark.parametrize("command", ["", "   ", "pass 'unclosed"])
def test_a_command_that_cannot_be_split_is_refused(command: str) -> None:
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


def test_the_keyring_gives_what_is_kept_for_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring_with(monkeypatch, HIDDEN)
    assert KeyringSecret("acme ops").read() == Secret(HIDDEN)


def test_a_keyring_without_an_entry_says_how_to_store_one(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring_with(monkeypatch, None)
    assert "keyring set rcv3-tui 'acme ops'" in failure(KeyringSecret("acme ops"))


def test_a_keyring_that_breaks_is_named_by_the_kind_of_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keyring_with(monkeypatch, RuntimeError(HIDDEN))
    assert "cannot be used (RuntimeError)" in failure(KeyringSecret("acme ops"))


def test_a_keyring_that_is_not_installed_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "pip install 'rcv3-tui[keyring]'" in failure(KeyringSecret("acme"))


def offer(
    username: str | None, secret: str | None, *, settles: bool = False, origin: str = "here"
) -> Offer:
    written = WrittenSecret(Secret(secret)) if secret else None
    return Offer(
        username,
        written,
        username_origin=f"{origin}-user",
        secret_origin=f"{origin}-key",
        settles=settles,
        missing="the other half is not",
    )


def test_the_first_complete_source_is_chosen() -> None:
    first, second = offer("a", "1"), offer("b", "2")
    assert credentials.choose([first, second]).offer is first


def test_a_key_is_never_paired_with_the_user_of_another_source() -> None:
    choice = credentials.choose([offer("a", None), offer(None, "2"), offer("b", "3")])
    assert choice.offer == offer("b", "3")


def test_a_lone_key_is_passed_over_and_the_note_says_so() -> None:
    choice = credentials.choose([offer(None, "1", origin="env")])
    assert choice.offer is None
    assert choice.note == "env-key is not used: the other half is not"


def test_a_user_named_for_this_program_is_not_replaced_by_somebody_elses_credentials() -> None:
    choice = credentials.choose([offer("a", None, settles=True, origin="env"), offer("b", "2")])
    assert choice.offer is None
    assert choice.username_hint == "a"
    assert choice.note == "env-user is set, but the other half is not"


def test_the_key_of_the_very_same_user_counts_wherever_it_stands() -> None:
    later = offer("a", "2")
    choice = credentials.choose([offer("a", None, settles=True), offer("b", "1"), later])
    assert choice.offer is later


def test_half_a_source_of_the_ecosystem_gives_its_user_to_the_login_screen_at_last() -> None:
    choice = credentials.choose([offer("a", None), offer("b", None)])
    assert (choice.offer, choice.username_hint) == (None, "a")
