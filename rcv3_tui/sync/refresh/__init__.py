"""Refreshing one region's snapshot: timers, pollers and the connection state."""
