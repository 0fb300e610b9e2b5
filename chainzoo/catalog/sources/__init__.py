"""Kinds of places that have weights: one module each, with ``fetch(source, into, progress)``."""
