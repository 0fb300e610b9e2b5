"""The commands of `chainzoo`, one module per group."""
