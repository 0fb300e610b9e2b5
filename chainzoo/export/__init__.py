"""Export tuned models to formats that other programs open."""

from __future__ import annotations
