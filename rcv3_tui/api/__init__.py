"""The HTTP client of Identity, Cloud Servers and RackConnect v3.0."""
