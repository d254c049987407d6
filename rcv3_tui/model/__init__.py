"""What an account looks like: pure values, no I/O and no screen."""
