"""The three panes on Textual's own DataTable, for comparison.

`datatables.py ROWS` shows that many servers and public IPs, and a twentieth as many pools.
"""

import sys

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import DataTable, Footer, Header


class Console(App[None]):
    CSS = "DataTable { height: 1fr; width: 1fr; } Horizontal { height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield Header()
        yield DataTable(id="servers", cursor_type="row")
        with Horizontal():
            yield DataTable(id="ips", cursor_type="row")
            yield DataTable(id="pools", cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        rows = int(sys.argv[1])
        for name, labels, count in (
            ("#servers", ("NAME", "STATUS", "PRIVATE", "PUBLIC IP", "POOLS", "AGE"), rows),
            ("#ips", ("ADDRESS", "STATUS", "SERVER", "RETAIN", "AGE"), rows),
            ("#pools", ("NAME", "VIRTUAL IP", "STATUS", "NODES", "BAD"), max(1, rows // 20)),
        ):
            table = self.query_one(name, DataTable)
            table.add_columns(*labels)
            for number in range(count):
                table.add_row(
                    f"web-{number:05d}",
                    "● ACTIVE",
                    "192.0.2.10",
                    "203.0.113.10",
                    "2",
                    "200d",
                    key=str(number),
                ) if len(labels) == 6 else table.add_row(
                    f"web-{number:05d}",
                    "● ACTIVE",
                    "192.0.2.10",
                    "203.0.113.10",
                    "200d",
                    key=str(number),
                )
        self.query_one("#servers").focus()


if __name__ == "__main__":
    Console().run()
