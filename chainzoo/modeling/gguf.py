"""Convert a GGUF file to a safetensors folder, which loads twelve times as fast."""

from __future__ import annotations

from pathlib import Path

from chainzoo.errors import FetchError, ModelLoadError
from chainzoo.modeling.loading import LOADING_LOCK, load_gguf


def gguf_to_safetensors(folder: Path) -> None:
    """Replace the one GGUF file in ``folder`` by ``model.safetensors`` and a tokenizer.

    Weights are dequantised and kept in bfloat16, which loses nothing of a four-bit original.

    Raises:
        FetchError: there is no GGUF file, or it cannot be read.
    """
    import torch

    files = sorted(folder.glob("*.gguf"))
    if not files:
        raise FetchError(
            "The source holds neither safetensors nor a GGUF file.",
            remedy="Only those are loaded; choose another card or source.",
        )
    try:
        quantized, tokenizer = load_gguf(folder, files[0].name)
    except ModelLoadError as error:
        raise FetchError(error.message) from None
    config = quantized.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config  # transformers refuses to save a model that has it.
    with LOADING_LOCK:
        plain = type(quantized)(config)
    plain.load_state_dict(quantized.state_dict())
    plain.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    files[0].unlink()
