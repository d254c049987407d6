"""`rcv3-tui doctor`: looks at everything that has to be right, and says what to do where it is not.

Each file here knows one kind of thing and gives `Finding` values; none of them prints. Nothing is
changed, no secret is shown, and Identity is asked to sign in once.
"""
