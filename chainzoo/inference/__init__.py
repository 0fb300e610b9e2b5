"""Inference: tuned models called as typed Runnables and as LangChain LLMs."""

from __future__ import annotations
