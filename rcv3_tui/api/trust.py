"""What certificates are verified with.

To read the certificate authorities takes longer than to load the HTTP client: `prepare` does it in
a thread, on another core, while the program is loaded.
"""

from __future__ import annotations

import os
import ssl
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

_prepared: dict[Path | None, Future[ssl.SSLContext]] = {}


def prepare(bundle: Path | None) -> None:
    """Begin to read the certificate authorities; `tls_context` waits for what is not done yet.

    Args:
        bundle: See `tls_context`.
    """
    bundle = _named(bundle)
    future: Future[ssl.SSLContext] = Future()

    def read() -> None:
        try:
            future.set_result(_read(bundle))
        except (OSError, ValueError) as error:
            future.set_exception(error)

    _prepared[bundle] = future
    # Waited for at the program's end: the TLS library tidies up there, and what still reads with it
    # crashes.
    Thread(target=read, name="certificates", daemon=False).start()


def tls_context(bundle: Path | None) -> ssl.SSLContext:
    """Give what certificates are verified with.

    Args:
        bundle: Certificate authorities to trust, a file or a directory; None: those of
            SSL_CERT_FILE or SSL_CERT_DIR, else those that come with the HTTP client.

    Raises:
        OSError: The bundle cannot be read.
        ValueError: There is no certificate in it.
    """
    bundle = _named(bundle)
    prepared = _prepared.pop(bundle, None)
    return _read(bundle) if prepared is None else prepared.result()


def _named(bundle: Path | None) -> Path | None:
    """Give the bundle that is meant: where none is given, the environment may name one."""
    if bundle is None and (
        named := os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    ):
        return Path(named)
    return bundle


def _read(bundle: Path | None) -> ssl.SSLContext:
    if bundle is None:
        try:
            import certifi
        except ImportError:
            # The HTTP client brings it along today; the system has its own.
            return ssl.create_default_context()
        return ssl.create_default_context(cafile=certifi.where())
    try:
        if bundle.is_dir():
            return ssl.create_default_context(capath=bundle)
        return ssl.create_default_context(cafile=bundle)
    except ssl.SSLError:
        raise ValueError(f"the CA bundle {bundle} holds no certificate in PEM form") from None
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise OSError(f"the CA bundle {bundle} cannot be read: {reason}") from None
