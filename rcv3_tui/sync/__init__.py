"""The account worker: refreshes snapshots and carries out operations."""
