"""How resources, operations and findings are presented, in the console and by `status`."""
