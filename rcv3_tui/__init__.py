"""A keyboard-driven terminal console for Rackspace's RackConnect v3.0."""

__version__ = "0.1.0"

PROGRAM = "rcv3-tui"
