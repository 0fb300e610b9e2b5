"""LangChain interfaces: LLM, chat model, embeddings, vector store, question answering."""

from __future__ import annotations
