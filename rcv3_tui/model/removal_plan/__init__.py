"""Removal plans: what removing an address or a pool node affects, before anything is sent.

A confirmation dialog shows what a plan says: what is removed, where, the consequences, and what
has to be typed. A plan is bound to the ids that it was made from; `drift_since` says what differs
in a later snapshot.
"""

from __future__ import annotations

from rcv3_tui.model.removal_plan.additions import addition_of_public_ips, merge_additions
from rcv3_tui.model.removal_plan.drains import (
    drain_of_servers,
    drainable_nodes,
    merge_plans,
    restorable_pools,
    restoration_of_servers,
    unknown_memberships,
)
from rcv3_tui.model.removal_plan.nodes import removal_of_nodes
from rcv3_tui.model.removal_plan.plan import (
    ConfirmationLevel,
    RemovalItem,
    RemovalPlan,
    count_phrase,
    drift_since,
)
from rcv3_tui.model.removal_plan.public_ips import (
    reassignment_of,
    release_of,
    removal_of_public_ips,
    unassignment_of,
)

__all__ = [
    "ConfirmationLevel",
    "RemovalItem",
    "RemovalPlan",
    "addition_of_public_ips",
    "count_phrase",
    "drain_of_servers",
    "drainable_nodes",
    "drift_since",
    "merge_additions",
    "merge_plans",
    "reassignment_of",
    "release_of",
    "removal_of_nodes",
    "removal_of_public_ips",
    "restorable_pools",
    "restoration_of_servers",
    "unassignment_of",
    "unknown_memberships",
]
