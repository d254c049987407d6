"""The console: a Textual app over the account workers."""
