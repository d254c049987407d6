"""The background worker client: keeps live status fresh and carries operations out."""
