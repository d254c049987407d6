"""`rcv3-tui login`: asks for credentials, tries them once, and keeps them as a profile.

It runs on a plain terminal, without Textual, and over a pipe. No secret is ever echoed.
"""
