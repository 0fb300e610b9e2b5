"""Learning only the embeddings that the training texts use."""

from __future__ import annotations

from pathlib import Path

import torch

from chainzoo.modeling.loading import load_encoder
from chainzoo.tuning.cpu.sparse_embeddings import (
    UsedEmbeddingRows,
    merge_used_rows,
    train_used_rows,
)

IDS = torch.tensor([[101, 2023, 2003, 102]])


def test_it_answers_as_the_whole_table_does(minilm: Path) -> None:
    plain, seen = load_encoder(minilm).eval(), load_encoder(minilm)
    train_used_rows(seen, [[101, 2023, 102]], pad_id=0)
    unseen_too = seen.eval()(input_ids=IDS).last_hidden_state
    assert torch.equal(unseen_too, plain(input_ids=IDS).last_hidden_state)


def test_what_is_learnt_comes_back_into_the_table(minilm: Path) -> None:
    encoder = load_encoder(minilm)
    whole = encoder.get_input_embeddings().weight.detach().clone()
    train_used_rows(encoder, [[2023], [101, 102]], pad_id=0)
    embeddings = encoder.get_input_embeddings()
    assert isinstance(embeddings, UsedEmbeddingRows)
    assert embeddings.weight.shape == (4, 384)
    with torch.no_grad():
        embeddings.weight += 1
    merge_used_rows(encoder)
    changed = (encoder.get_input_embeddings().weight != whole).any(dim=1).nonzero().flatten()
    assert changed.tolist() == [0, 101, 102, 2023]
    assert encoder.get_input_embeddings().weight.requires_grad


def test_frozen_embeddings_are_left_alone(minilm: Path) -> None:
    encoder = load_encoder(minilm)
    encoder.get_input_embeddings().weight.requires_grad_(False)
    train_used_rows(encoder, [[101]], pad_id=0)
    assert not isinstance(encoder.get_input_embeddings(), UsedEmbeddingRows)
