"""The screens and dialogs: one file each, and the few parts that they share."""
