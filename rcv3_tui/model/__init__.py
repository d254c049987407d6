"""The values of an account: resources, snapshots, operations. No I/O, no screen."""
