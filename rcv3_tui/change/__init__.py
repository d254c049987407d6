"""The change commands: `rcv3-tui ip`, `pool`, `server` and `operations`, without a screen.

They run the same worker as the console. A command resolves names to resources (`names`), plans
what to send and what follows from it (`plan`), asks for confirmation (`confirm`), submits the
requests and follows them (`follow`), and reports the outcome (`report`); `run` puts these together.
"""
