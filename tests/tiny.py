"""Tiny models made on the spot, each a card of a home: real architectures, random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    BartConfig,
    LlamaConfig,
    MarianConfig,
    MT5Config,
    PreTrainedTokenizerFast,
    ResNetConfig,
    T5Config,
    ViTConfig,
)

from chainzoo.home import Home

TEXTS = (
    "the parcel has not arrived and I would like to know where it is",
    "please summarise this long text in a few words: cancel my order",
    "我的包裹还没有到，请告诉我它在哪里。 订单 取消 退款",
    "translate English to Chinese: good morning, how are you today?",
    "User: hello Assistant: good day, what can I do for you?",
)
CHAT = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def write_tokenizer(folder: Path, *, template: str | None = None) -> Any:
    """A byte-level BPE tokenizer that ends a text with ``</s>``, as T5 and BART do."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    special = ["<pad>", "</s>", "<unk>", "<|user|>", "<|assistant|>", "<|system|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(TEXTS, trainer)
    if template is None:
        made.post_processor = processors.TemplateProcessing(
            single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
        )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    if template:
        tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    return tokenizer


def write_card(home: Home, name: str, kind: str, folder: Path) -> None:
    """Make the model in ``folder`` known to a home."""
    home.cards.mkdir(parents=True, exist_ok=True)
    (home.cards / f"{name}.toml").write_text(
        f'[[card]]\nid = "{name}"\ntitle = "{name}"\nkind = "{kind}"\ndescription = "Tiny."\n'
        f'[[card.sources]]\nkind = "folder"\nfolder = "{folder}"\n',
        encoding="utf-8",
    )


def seq2seq(home: Home, folder: Path, family: str) -> str:
    """A tiny T5, mT5, BART or Marian; gives its card's id."""
    folder.mkdir(parents=True)
    size = len(write_tokenizer(folder))
    torch.manual_seed(0)
    ends = {"pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
    if family in ("t5", "mt5"):
        kind = T5Config if family == "t5" else MT5Config
        config: Any = kind(
            vocab_size=size, d_model=32, d_ff=64, d_kv=8, num_heads=4, num_layers=2, **ends
        )
    else:
        kind = BartConfig if family == "bart" else MarianConfig
        extra = {"bos_token_id": 1, "forced_eos_token_id": 1}
        shape = {f"{side}_layers": 2 for side in ("encoder", "decoder")}
        heads = {f"{side}_attention_heads": 4 for side in ("encoder", "decoder")}
        wide = {f"{side}_ffn_dim": 64 for side in ("encoder", "decoder")}
        config = kind(vocab_size=size, d_model=32, max_position_embeddings=128, **shape, **heads,
                      **wide, **ends, **extra)  # fmt: skip
    AutoModelForSeq2SeqLM.from_config(config).save_pretrained(folder)
    write_card(home, f"tiny-{family}", "seq2seq", folder)
    return f"tiny-{family}"


def causal(home: Home, folder: Path, *, template: str | None = CHAT) -> str:
    """A tiny Llama; without ``template``, a model that was never taught to chat."""
    folder.mkdir(parents=True)
    tokenizer = write_tokenizer(folder, template=template or "")
    if not template:
        tokenizer.chat_template = None
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=1,
        tie_word_embeddings=True,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    write_card(home, "tiny-llama", "causal", folder)
    return "tiny-llama"


def vision(home: Home, folder: Path, family: str) -> str:
    """A tiny ResNet or ViT with its Pillow image processor."""
    from transformers import ConvNextImageProcessorPil, ViTImageProcessorPil

    folder.mkdir(parents=True)
    torch.manual_seed(0)
    if family == "resnet":
        config: Any = ResNetConfig(
            embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic"
        )
        ConvNextImageProcessorPil(size={"shortest_edge": 32}).save_pretrained(folder)
    else:
        config = ViTConfig(
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            image_size=32,
            patch_size=8,
        )
        ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    AutoModel.from_config(config).save_pretrained(folder)
    write_card(home, f"tiny-{family}", "vision", folder)
    return f"tiny-{family}"
