"""The line that the log gets for each request: what, where, how it ended, how long it took."""

from __future__ import annotations

import logging
from time import perf_counter
from urllib.parse import urlsplit

from rcv3_tui.api.faults import safe_text
from rcv3_tui.api.http import Call

_log = logging.getLogger("rcv3_tui.api")


def log_request(call: Call, outcome: str, began: float, request_id: str | None = None) -> None:
    """Write one line at level debug; neither query, header nor body is in it.

    Args:
        call: What was sent.
        outcome: The status, or why there is none.
        began: When it was sent, by `perf_counter`.
        request_id: The service's own, to ask its support about.
    """
    if _log.isEnabledFor(logging.DEBUG):
        url = urlsplit(call.url)
        _log.debug(
            "%s %s%s: %s in %.0f ms%s",
            call.method,
            url.hostname,
            safe_text(url.path),
            outcome,
            (perf_counter() - began) * 1000,
            f", request id {request_id}" if request_id else "",
        )
