"""The commands, one module a group. Each module has a ``SECTION`` of the help and ``COMMANDS``."""
