"""What certificates are verified with, read ahead or when it is asked for."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from rcv3_tui.api.trust import prepare, tls_context

Read = Callable[[Path | None], ssl.SSLContext]


def ahead(bundle: Path | None) -> ssl.SSLContext:
    prepare(bundle)
    return tls_context(bundle)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return path


@pytest.mark.parametrize("read", [tls_context, ahead])
def test_a_bundle_alone_is_trusted(read: Read, bundle: Path) -> None:
    context = read(bundle)

    assert len(context.get_ca_certs()) == 1
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("read", [tls_context, ahead])
def test_what_the_environment_names_is_trusted(
    read: Read, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))

    assert len(read(None).get_ca_certs()) == 1


@pytest.mark.parametrize("read", [tls_context, ahead])
def test_without_a_bundle_the_usual_authorities_are_trusted(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)

    assert len(read(None).get_ca_certs()) > 20


@pytest.mark.parametrize("read", [tls_context, ahead])
def test_a_bundle_that_is_not_there_is_told_when_it_is_needed(read: Read, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"missing\.pem cannot be read: no such file"):
        read(tmp_path / "missing.pem")


def test_what_was_read_ahead_is_used_once(bundle: Path) -> None:
    prepare(bundle)

    assert tls_context(bundle) is not tls_context(bundle)


def test_a_program_that_ends_while_they_are_read_ends_in_peace() -> None:
    begin = "import time; from rcv3_tui.api.trust import prepare; prepare(None); time.sleep({})"
    # A reading takes some 20 ms; which moment hurts differs from one machine to the next.
    for moment in range(4, 18, 2):
        done = subprocess.run(
            [sys.executable, "-c", begin.format(moment / 1000)], timeout=60, check=False
        )
        assert done.returncode == 0


def test_what_was_read_ahead_is_not_taken_for_what_the_environment_names_since(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    prepare(None)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))

    assert len(tls_context(None).get_ca_certs()) == 1
