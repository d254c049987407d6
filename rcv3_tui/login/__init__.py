"""Signing in from a terminal or a pipe: the questions, one try, and the saved profile."""
