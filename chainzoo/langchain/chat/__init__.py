"""A local chat model with real tool calls."""

from chainzoo.langchain.chat.model import ChatZoo

__all__ = ["ChatZoo"]
