"""The 4-bit file of multilingual-e5-small becomes a folder that transformers opens."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from chainzoo.errors import FetchError
from chainzoo.modeling.e5_binary import convert_e5_binary

REFERENCE = Path(__file__).with_name("e5_reference.json")
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "▁ab", "a", "b", "<mask>")
SCORES = (0.0, 0.0, 0.0, 0.0, -3.0, -2.0, -4.0, -4.0, 0.0)
RULES = ((0x09, (0x20,)), (0x01, ()), (0xFF41, (0x61,)))  # Tab, a control character, a wide "a".
HIDDEN, INTERMEDIATE, POSITIONS = 32, 64, 16


def quantized(values: np.ndarray) -> bytes:
    """The 4-bit form of values that are whole numbers from -8 to 7, with a scale of one half."""
    blocks = values.reshape(-1, 32).astype(np.int64) + 8
    packed = (blocks[:, :16] | (blocks[:, 16:] << 4)).astype(np.uint8)
    scale = np.full((len(blocks), 1), 0.5, "<f2").view(np.uint8)
    return np.concatenate([scale, packed], axis=1).tobytes()


def tiny_file(path: Path) -> dict[str, np.ndarray]:
    """Write an encoder of one layer; gives the values of its tensors before quantization."""
    shapes = {
        "emb.word": (len(PIECES), HIDDEN), "emb.pos": (POSITIONS, HIDDEN), "emb.type": (2, HIDDEN),
        "emb.ln.w": (HIDDEN,), "emb.ln.b": (HIDDEN,),
        "l0.fi.w": (INTERMEDIATE, HIDDEN), "l0.fi.b": (INTERMEDIATE,),
        "l0.fo.w": (HIDDEN, INTERMEDIATE), "l0.fo.b": (HIDDEN,),
    }  # fmt: skip
    for name in ("q", "k", "v", "ao"):
        shapes |= {f"l0.{name}.w": (HIDDEN, HIDDEN), f"l0.{name}.b": (HIDDEN,)}
    for name in ("aln", "oln"):
        shapes |= {f"l0.{name}.w": (HIDDEN,), f"l0.{name}.b": (HIDDEN,)}
    random = np.random.default_rng(7)
    values = {n: random.integers(-8, 8, shape).astype(np.float32) for n, shape in shapes.items()}
    blob = b"".join(piece.encode() for piece in PIECES)
    offsets = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)])
    head = b"E5S1" + struct.pack("<I", 1)
    sizes = (HIDDEN, 1, 2, INTERMEDIATE, len(PIECES), POSITIONS, 2)
    head += struct.pack("<7ifi", *sizes, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(blob))
    head += offsets.astype("<u4").tobytes() + np.asarray(SCORES, "<f4").tobytes() + blob
    rules = b"".join(struct.pack(f"<IB{len(r)}I", code, len(r), *r) for code, r in RULES)
    head += struct.pack("<iI", len(RULES), len(rules)) + rules
    stored = {
        name: quantized(array) if array.ndim == 2 and name.endswith((".w", ".word")) else
        array.astype("<f4").tobytes()
        for name, array in values.items()
    }  # fmt: skip
    start = len(head) + 4 + sum(23 + len(name) for name in stored)
    table, at = struct.pack("<i", len(stored)), start
    for name, content in stored.items():
        kind = 1 if values[name].ndim == 2 and name.endswith((".w", ".word")) else 0
        table += struct.pack("<H", len(name)) + name.encode()
        table += struct.pack("<BIQQ", kind, values[name].size, at, len(content))
        at += len(content)
    path.write_bytes(head + table + b"".join(stored.values()))
    return values


def test_weights_are_unpacked_to_their_values(tmp_path: Path) -> None:
    from transformers import AutoModel

    values = tiny_file(tmp_path / "tiny.bin")
    convert_e5_binary(tmp_path / "tiny.bin", tmp_path)
    model = AutoModel.from_pretrained(tmp_path, dtype=torch.float32, add_pooling_layer=False)
    state = model.state_dict()
    word = state["embeddings.word_embeddings.weight"].numpy()
    np.testing.assert_array_equal(word, values["emb.word"] / 2)  # The scale is one half.
    out = state["encoder.layer.0.output.dense.weight"].numpy()
    np.testing.assert_array_equal(out, values["l0.fo.w"] / 2)
    bias = state["encoder.layer.0.attention.self.key.bias"].numpy()
    np.testing.assert_array_equal(bias, values["l0.k.b"])


def test_texts_are_normalized_and_cut_into_pieces(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    tiny_file(tmp_path / "tiny.bin")
    convert_e5_binary(tmp_path / "tiny.bin", tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    assert tokenizer("ab")["input_ids"] == [0, 5, 2]
    assert tokenizer("\uff41b  \tab\x01")["input_ids"] == [0, 5, 5, 2]  # Wide a, spaces, a tab.
    assert tokenizer("z")["input_ids"] == [0, 4, 3, 2]
    assert tokenizer.mask_token_id == PIECES.index("<mask>")


@pytest.mark.parametrize("cut", [0, 3, 40, 200, -100])
def test_a_damaged_file_is_refused(tmp_path: Path, cut: int) -> None:
    tiny_file(tmp_path / "tiny.bin")
    whole = (tmp_path / "tiny.bin").read_bytes()
    (tmp_path / "cut.bin").write_bytes(whole[:cut])
    with pytest.raises(FetchError, match=r"cut\.bin is not a readable E5S1 file"):
        convert_e5_binary(tmp_path / "cut.bin", tmp_path)


def test_the_real_model_gives_the_ids_and_vectors_of_its_reference(multilingual: Path) -> None:
    """``e5_reference.json`` holds what the program that is published with the file gives."""
    from transformers import AutoModel, AutoTokenizer

    rows = json.loads(REFERENCE.read_text(encoding="utf-8"))
    tokenizer = AutoTokenizer.from_pretrained(multilingual)
    texts = [row["text"] for row in rows]
    ids = tokenizer(texts, add_special_tokens=False)["input_ids"]
    assert ids == [row["ids"] for row in rows]
    model = AutoModel.from_pretrained(multilingual, dtype=torch.float32).eval()
    for row in rows:
        inputs = tokenizer(f"passage: {row['text']}", return_tensors="pt")
        with torch.inference_mode():
            mean = model(**inputs).last_hidden_state[0].mean(dim=0)
        reference = torch.tensor(row["passage_vector"])
        assert torch.cosine_similarity(mean, reference, dim=0) > 0.9995
