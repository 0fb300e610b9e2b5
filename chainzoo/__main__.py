"""``python -m chainzoo``."""

from __future__ import annotations

from chainzoo.cli import main

main()
