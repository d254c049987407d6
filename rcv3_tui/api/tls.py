"""SSL contexts, and the certificate authorities that they trust.

Loading the certificate authorities takes longer than importing the HTTP client. `preload_ca_bundle`
does it in a thread while the program is imported.
"""

from __future__ import annotations

import os
import ssl
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

_FILE = "SSL_CERT_FILE"
_DIRECTORIES = "SSL_CERT_DIR"


class _Sources(NamedTuple):
    """Sources of trusted certificate authorities."""

    bundle: Path | None = None
    """From a setting; if there is one, nothing else is trusted."""
    file: str = ""
    """The file in SSL_CERT_FILE."""
    directories: tuple[str, ...] = ()
    """Existing directories of SSL_CERT_DIR; the others are ignored, as by OpenSSL."""


_preloaded: dict[_Sources, Future[ssl.SSLContext]] = {}


def preload_ca_bundle(bundle: Path | None) -> None:
    """Start loading the certificate authorities; `ssl_context` waits for the result.

    Args:
        bundle: See `ssl_context`.
    """
    sources = _sources(bundle)
    # The pool's thread is joined at exit. OpenSSL cleans up there, and a thread that still uses it
    # crashes the process.
    _preloaded[sources] = ThreadPoolExecutor(1, "certificates").submit(_load, sources)


def ssl_context(bundle: Path | None) -> ssl.SSLContext:
    """Return an SSL context that verifies certificates.

    Args:
        bundle: Certificate authorities to trust, a file or a directory; None: those of
            SSL_CERT_FILE and of the directories of SSL_CERT_DIR, else those of certifi.

    Raises:
        OSError: The bundle, or the file in SSL_CERT_FILE, cannot be read.
        ValueError: It contains no certificate.
    """
    sources = _sources(bundle)
    preloaded = _preloaded.pop(sources, None)
    return _load(sources) if preloaded is None else preloaded.result()


def trust_source(bundle: Path | None) -> str:
    """Return which setting decides the trusted authorities; empty: the default ones.

    Args:
        bundle: See `ssl_context`.
    """
    sources = _sources(bundle)
    if sources.bundle is not None:
        return f"the CA bundle {sources.bundle}"
    named = [f"{_FILE} ({sources.file})"] if sources.file else []
    if sources.directories:
        named.append(f"{_DIRECTORIES} ({os.pathsep.join(sources.directories)})")
    return " and ".join(named)


def _sources(bundle: Path | None) -> _Sources:
    if bundle is not None:
        return _Sources(bundle)
    listed = os.environ.get(_DIRECTORIES, "").split(os.pathsep)
    there = tuple(name for name in listed if name and Path(name).is_dir())
    return _Sources(None, os.environ.get(_FILE, ""), there)


def _load(sources: _Sources) -> ssl.SSLContext:
    if (bundle := sources.bundle) is not None:
        return _load_bundle(bundle, f"the CA bundle {bundle}")
    if sources.file:
        context = _load_bundle(Path(sources.file), f"{_FILE}: the CA bundle {sources.file}")
    elif sources.directories:
        context = ssl.create_default_context(capath=sources.directories[0])
    else:
        context = _default_context()
    for directory in sources.directories:
        context.load_verify_locations(capath=directory)
    return context


def _default_context() -> ssl.SSLContext:
    try:
        import certifi
    except ImportError:
        # httpx depends on it today; without it, the system's authorities are used.
        return ssl.create_default_context()
    return ssl.create_default_context(cafile=certifi.where())


def _load_bundle(bundle: Path, named: str) -> ssl.SSLContext:
    try:
        if bundle.is_dir():
            return ssl.create_default_context(capath=bundle)
        return ssl.create_default_context(cafile=bundle)
    except ssl.SSLError:
        raise ValueError(f"{named} holds no certificate in PEM form") from None
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise OSError(f"{named} cannot be read: {reason}") from None
