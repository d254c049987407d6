"""What certificates are verified with, read ahead or when it is asked for."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from rcv3_tui.api.tls import preload_ca_bundle, ssl_context, trust_source

Read = Callable[[Path | None], ssl.SSLContext]


def preloaded(bundle: Path | None) -> ssl.SSLContext:
    preload_ca_bundle(bundle)
    return ssl_context(bundle)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return path


@pytest.mark.parametrize("read", [ssl_context, preloaded])
def test_bundle_alone_is_trusted(read: Read, bundle: Path) -> None:
    context = read(bundle)

    assert len(context.get_ca_certs()) == 1
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("read", [ssl_context, preloaded])
def test_bundle_from_environment_is_trusted(
    read: Read, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)

    assert len(read(None).get_ca_certs()) == 1


@pytest.mark.parametrize("read", [ssl_context, preloaded])
def test_without_bundle_usual_authorities_are_trusted(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)

    assert len(read(None).get_ca_certs()) > 20


@pytest.mark.parametrize("read", [ssl_context, preloaded])
def test_missing_bundle_is_reported_when_needed(read: Read, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"missing\.pem cannot be read: no such file"):
        read(tmp_path / "missing.pem")


def test_preloaded_bundle_is_used_once(bundle: Path) -> None:
    preload_ca_bundle(bundle)

    assert ssl_context(bundle) is not ssl_context(bundle)


# A reading takes some 20 ms; which moment hurts differs from one machine to the next.
@pytest.mark.parametrize(
    "moment",
    [10, *(pytest.param(moment, marks=pytest.mark.slow) for moment in (4, 6, 8, 12, 14, 16))],
)
def test_exit_during_preload_succeeds(moment: int) -> None:
    begin = "import time; from rcv3_tui.api import tls; tls.preload_ca_bundle(None); time.sleep({})"
    done = subprocess.run(
        [sys.executable, "-c", begin.format(moment / 1000)], timeout=60, check=False
    )
    assert done.returncode == 0


def test_preloaded_bundle_is_not_used_for_changed_environment(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    preload_ca_bundle(None)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))

    assert len(ssl_context(None).get_ca_certs()) == 1


def verifies(context: ssl.SSLContext, authority: trustme.CA) -> bool:
    """Whether a certificate of an authority is accepted; directories are read on demand."""
    accepting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("service.test").configure_cert(accepting)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(to_client, to_server, server_hostname="service.test")
    server = accepting.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(8):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
            except ssl.SSLError:
                return False
    return client.version() is not None


def hashed(directory: Path, authority: trustme.CA) -> Path:
    directory.mkdir()
    pem = directory / "ca.pem"
    authority.cert_pem.write_to_path(str(pem))
    name = subprocess.run(
        ["openssl", "x509", "-hash", "-noout", "-in", str(pem)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    pem.rename(directory / f"{name}.0")
    return directory


@pytest.mark.parametrize("read", [ssl_context, preloaded])
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
def test_directories_and_file_of_environment_are_trusted_together(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three, none = (trustme.CA(organization_name=name) for name in "abcd")
    first, second = hashed(tmp_path / "1", one), hashed(tmp_path / "2", two)
    file = tmp_path / "three.pem"
    three.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_DIR", f"{first}:{tmp_path / 'missing'}::{second}")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    context = read(None)

    assert [verifies(context, each) for each in (one, two, three, none)] == [
        True, True, True, False,
    ]  # fmt: skip
    assert "SSL_CERT_FILE" in trust_source(None)
    assert "SSL_CERT_DIR" in trust_source(None)


@pytest.mark.parametrize("read", [ssl_context, preloaded])
def test_missing_directories_leave_usual_authorities(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", f"{tmp_path / 'no'}:{tmp_path / 'where'}")

    assert len(read(None).get_ca_certs()) > 20
    assert trust_source(None) == ""


def test_file_of_environment_that_cannot_be_read_names_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with pytest.raises(OSError, match=r"SSL_CERT_FILE: .*missing\.pem cannot be read"):
        ssl_context(None)
    (tmp_path / "text.pem").write_text("hello")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "text.pem"))
    with pytest.raises(ValueError, match=r"SSL_CERT_FILE: .*holds no certificate"):
        ssl_context(None)
