"""Commands: one class each, its declaration and its action in one place."""
