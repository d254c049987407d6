"""`rcv3-tui status`: what the account holds, printed once, watched, or waited for.

`asked` is what was asked for, `run` the way in. `reading` gets the parts of the account that the
answer needs, `kinds` makes rows and columns of them, `summary` the one-screen picture; `tables`
and `formats` write them, `out` and `narration` are stdout and stderr. Nothing here knows a screen.
"""
