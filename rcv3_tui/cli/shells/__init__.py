"""Completion for each shell, made from what the parsers know; one file a shell."""
