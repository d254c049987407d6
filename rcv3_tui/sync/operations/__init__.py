"""Carries operations out: each exactly once, journaled before it is sent."""
