"""What commands have done: one file an idea. They act on the console; no widget is built here."""
