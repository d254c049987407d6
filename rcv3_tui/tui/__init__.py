"""The console: what the operator sees and presses."""
