"""What is stored between runs: snapshots, cached nodes and status changes."""
