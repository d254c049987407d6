"""Logs one line per request: method, host and path, outcome, duration."""

from __future__ import annotations

import logging
from time import perf_counter
from urllib.parse import urlsplit

from rcv3_tui.api.http_client import HttpRequest
from rcv3_tui.api.redaction import sanitize

_log = logging.getLogger("rcv3_tui.api")


def log_request(
    call: HttpRequest, outcome: str, began: float, request_id: str | None = None
) -> None:
    """Log a request at level debug, without query, headers and body.

    Args:
        call: The request.
        outcome: The status, or why there is none.
        began: When it was sent, from `perf_counter`.
        request_id: The service's id of the request, for Support.
    """
    if _log.isEnabledFor(logging.DEBUG):
        url = urlsplit(call.url)
        _log.debug(
            "%s %s%s: %s in %.0f ms%s",
            call.method,
            url.hostname,
            sanitize(url.path),
            outcome,
            (perf_counter() - began) * 1000,
            f", request id {request_id}" if request_id else "",
        )
