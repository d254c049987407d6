"""The rule for where a secret is sent: only to the Identity that its own source belongs to.

A source belongs to an Identity as follows:

- It names an address: its secret is for that address.
- It names none and is Rackspace's (this program's own, `RS_*`, `RAX_*`, `rack`, pyrax or a cloud
  that says so): its secret is for Rackspace's Identity.
- Neither: its secret may be for any cloud, and is not sent.

The address of an earlier source replaces it only as follows:

- `--identity-url` counts for every source that names no address, and for those of this program. A
  source of another tool that names one has to name the same, or both have to be Rackspace's.
- The address of a profile counts for the entry of `clouds.yaml` that the profile names.
- `RCV3_IDENTITY_URL` and a profile's address count for another source where both are Rackspace's,
  such as US and UK. Otherwise that source is not used, and a note says so.
- The address of a profile after the source counts for `RCV3_*`, `RS_*` and `RAX_*`
  if it is Rackspace's; otherwise it is ignored.

The address of another tool (`OS_AUTH_URL`, `auth_url`, pyrax's) counts for its own secret alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from rcv3_tui.config import validators
from rcv3_tui.config.source import ConfigSource, SettingValue
from rcv3_tui.settings import US_IDENTITY, identity_label, is_rackspace_identity

RACKSPACE = SettingValue(US_IDENTITY, validators.parse_identity, "default")
"""Rackspace's Identity, unless another one is named."""


class IdentityMismatch(Exception):  # noqa: N818 - what it is
    """The secret of a source may not be sent to the selected Identity; the text says why."""


def identity_for(
    source: ConfigSource, before: Sequence[ConfigSource], after: Sequence[ConfigSource]
) -> SettingValue[str]:
    """Return the Identity that the secret of a source is sent to.

    Args:
        source: The source of the secret.
        before: The sources that precede it.
        after: The sources that follow it.

    Raises:
        Misplaced: There is none.
        ConfigError: The address is invalid.
    """
    wanted = next((each for each in before if each.is_own and each.identity is not None), None)
    if wanted is None or wanted.identity is None:
        found = source.identity or source.implied_identity
        if found is None:
            raise IdentityMismatch(
                "it names no Identity address, and nothing says that it is Rackspace's"
            )
        if found is RACKSPACE:
            return _named_after(after) or found
        return found
    if _may_be_sent(source, wanted.identity.value(), by_flag=wanted.is_flags):
        return wanted.identity
    own = source.identity or source.implied_identity
    belongs = f"it belongs to Identity {identity_label(own.value())}" if own else "it names none"
    raise IdentityMismatch(
        f"{belongs}, and {wanted.identity.origin} names {identity_label(wanted.identity.value())}"
    )


def _named_after(after: Sequence[ConfigSource]) -> SettingValue[str] | None:
    """Return the address of Rackspace that a later source of this program names."""
    named = next((each.identity for each in after if each.is_own and each.identity), None)
    return named if named is not None and is_rackspace_identity(named.value()) else None


def _may_be_sent(source: ConfigSource, url: str, *, by_flag: bool) -> bool:
    if source.identity is None:
        if by_flag or source.is_linked:
            return True
        return source.implied_identity is not None and _are_one(
            source.implied_identity.value(), url
        )
    if source.is_own and by_flag:
        return True
    own = source.identity.value()
    return own == url or ((source.is_own or by_flag) and _are_one(own, url))


def _are_one(one: str, other: str) -> bool:
    """Return whether two addresses are equal, or both Rackspace's: US and UK have one owner."""
    return one == other or (is_rackspace_identity(one) and is_rackspace_identity(other))
