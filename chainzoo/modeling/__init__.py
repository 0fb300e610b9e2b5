"""Networks, pooling, windows, generation, and the loading of pretrained weights."""

from __future__ import annotations
