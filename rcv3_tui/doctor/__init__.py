"""The checks of `rcv3-tui doctor`, with a suggestion for each problem.

Each module yields the `CheckResult` values of one subject; none of them prints. Nothing is changed,
no secret is shown, and there is one sign-in.
"""
