"""Training arithmetic for CPUs: memory allocation, dropout and word embeddings."""

from __future__ import annotations
