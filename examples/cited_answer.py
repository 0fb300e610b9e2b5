"""Answer a question from documents with a citation: hybrid search, then the nearest sentence."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from chainzoo import Zoo
from chainzoo.retrieval import index_documents, search_documents

POLICIES = Path(__file__).parent / "data" / "policies"
MIN_SIMILARITY = 0.35  # A sentence less similar to the question is no answer.


def main() -> None:
    """Index a folder, then answer questions, unless the documents have no answer."""
    zoo = Zoo()
    print(index_documents(zoo.home, POLICIES, collection="policies"))
    encoder = zoo.embeddings("minilm-l6")

    for question in (
        "How long can I wait before I send shoes back?",
        "When do I get my refund?",
        "What happens if my parcel is lost?",
        "Who won the chess championship?",
    ):
        passages = search_documents(zoo.home, question, collection="policies", k=2)
        sentences = [
            (sentence, passage.citation)
            for passage in passages
            for sentence in re.split(r"(?<=[.])\s+|\n+", passage.text)
            if len(sentence) > 20
        ]
        vectors = np.array(encoder.embed_documents([text for text, _ in sentences]))
        similarities = vectors @ np.array(encoder.embed_query(question))
        best = int(similarities.argmax())
        print(f"\n{question}")
        if similarities[best] < MIN_SIMILARITY:
            print("  The policies do not say.")
        else:
            print(f"  {sentences[best][0]}  [{sentences[best][1]}]")


if __name__ == "__main__":
    main()
