"""Clients of a ChainZoo server: `RemoteZoo` and the LangChain objects it returns."""

from __future__ import annotations
