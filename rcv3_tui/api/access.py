"""What signing in gives: a token, whose it is, and the service catalogue."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from rcv3_tui.api.catalogue import Catalogue
from rcv3_tui.settings import Secret


class Access(Struct, frozen=True):
    """An open account."""

    token: Secret
    expires: datetime | None
    """As Identity says, by Identity's clock."""
    tenant_id: str
    user_name: str
    default_region: str | None
    """Need not be a region that has RackConnect v3.0."""
    catalogue: Catalogue
    issued: datetime | None = None
    """Identity's time of day when it answered, which `expires` is to be compared with."""
