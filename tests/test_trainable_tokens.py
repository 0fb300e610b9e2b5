"""Word embeddings of which only the tokens of the training texts are trained."""

from __future__ import annotations

from pathlib import Path

import torch

from chainzoo.modeling.loading import load_encoder
from chainzoo.tuning.cpu.trainable_tokens import (
    TrainableTokensEmbedding,
    merge_trained_tokens,
    train_used_tokens,
)

IDS = torch.tensor([[101, 2023, 2003, 102]])


def test_output_equals_that_of_the_whole_table(minilm: Path) -> None:
    plain, partial = load_encoder(minilm).eval(), load_encoder(minilm)
    train_used_tokens(partial, [[101, 2023, 102]], pad_id=0)
    output = partial.eval()(input_ids=IDS).last_hidden_state
    assert torch.equal(output, plain(input_ids=IDS).last_hidden_state)


def test_merging_writes_the_trained_rows_into_the_table(minilm: Path) -> None:
    encoder = load_encoder(minilm)
    original = encoder.get_input_embeddings().weight.detach().clone()
    train_used_tokens(encoder, [[2023], [101, 102]], pad_id=0)
    embeddings = encoder.get_input_embeddings()
    assert isinstance(embeddings, TrainableTokensEmbedding)
    assert embeddings.weight.shape == (4, 384)
    with torch.no_grad():
        embeddings.weight += 1
    merge_trained_tokens(encoder)
    changed = (encoder.get_input_embeddings().weight != original).any(dim=1).nonzero().flatten()
    assert changed.tolist() == [0, 101, 102, 2023]
    assert encoder.get_input_embeddings().weight.requires_grad


def test_frozen_embeddings_stay_frozen(minilm: Path) -> None:
    encoder = load_encoder(minilm)
    encoder.get_input_embeddings().weight.requires_grad_(False)
    train_used_tokens(encoder, [[101]], pad_id=0)
    assert not isinstance(encoder.get_input_embeddings(), TrainableTokensEmbedding)
