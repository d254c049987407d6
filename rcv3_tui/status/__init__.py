"""`rcv3-tui status`: the state of an account, printed once, watched, or waited for.

`options` holds the request and `run` is the entry point. `reader` reads the resources that the
report needs, `resource_view` makes tables of them and `summary` the one-screen summary;
`table_text` and `formats` render them.
"""
