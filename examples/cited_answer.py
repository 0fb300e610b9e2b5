"""An answer from documents with its citation: passages by meaning and words, then one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from chainzoo import Zoo
from chainzoo.retrieval.collection import index_documents, search_documents

POLICIES = Path(__file__).parent / "data" / "policies"
SURE = 0.35  # A sentence further from the question than this answers nothing.


def main() -> None:
    """Index a folder, then answer; what the documents do not say is not answered."""
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
        said = [
            (s, p) for p in passages for s in re.split(r"(?<=[.])\s+|\n+", p.text) if len(s) > 20
        ]
        vectors = np.array(encoder.embed_documents([sentence for sentence, _ in said]))
        nearness = vectors @ np.array(encoder.embed_query(question))
        best = int(nearness.argmax())
        print(f"\n{question}")
        if nearness[best] < SURE:
            print("  The policies do not say.")
        else:
            print(f"  {said[best][0]}  [{said[best][1].citation}]")


if __name__ == "__main__":
    main()
