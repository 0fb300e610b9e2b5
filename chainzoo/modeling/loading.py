"""Load pretrained weights, tokenizers and image processors from local folders.

Every call into ``from_pretrained`` or ``from_config`` of transformers, PEFT and sentence-transformers
goes through this module, under ``LOADING_LOCK``. While transformers loads a model it replaces functions
of ``torch`` and of its own classes (``PreTrainedModel.tie_weights``, ``torch.nn.init``, the default
dtype) for the whole process; two loads at once leave each other's replacements in place, and fail with
"Cannot copy out of meta tensor" or tie no weights.

Weights are read from safetensors only. Nothing is downloaded, and no code of a model is run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from chainzoo.errors import ModelLoadError, first_line

T = TypeVar("T")

LOADING_LOCK = threading.RLock()
"""Hold it around any other code that builds modules while a model may be loading elsewhere."""


def load_tokenizer(folder: Path, **options: Any) -> Any:
    """The fast tokenizer in ``folder``; ``options`` are those of ``AutoTokenizer``.

    Raises:
        ModelLoadError: the folder holds no tokenizer.
    """
    from transformers import AutoTokenizer

    return _load(AutoTokenizer.from_pretrained, folder, "tokenizer", **options)


def load_image_processor(folder: Path) -> Any:
    """The image processor in ``folder``, in its Pillow form, which needs no torchvision.

    Raises:
        ModelLoadError: the folder holds no image processor.
    """
    from transformers import AutoImageProcessor

    return _load(AutoImageProcessor.from_pretrained, folder, "image processor", backend="pil")


def load_config(folder: Path) -> Any:
    """The ``PretrainedConfig`` in ``folder``.

    Raises:
        ModelLoadError: the folder holds no configuration that transformers knows.
    """
    from transformers import AutoConfig

    return _load(AutoConfig.from_pretrained, folder, "model configuration")


def load_encoder(folder: Path, quantization: Any = None) -> Any:
    """The bare encoder (of texts or of images) in ``folder``, in float32, without its pooling layer.

    The heads of this project pool for themselves; an unused layer would only be decayed and stored.
    With ``quantization``, a quantization config of transformers, the weights go to the GPU.

    Raises:
        ModelLoadError: the folder holds no encoder.
    """
    from transformers import AutoModel

    def load(folder: Path, **options: Any) -> Any:
        try:
            return AutoModel.from_pretrained(folder, add_pooling_layer=False, **options)
        except TypeError:  # An architecture that has no pooling layer to leave out.
            return AutoModel.from_pretrained(folder, **options)

    return _load(load, folder, "encoder", **_weights(None, quantization))


def load_causal_lm(folder: Path, *, dtype: Any = None, quantization: Any = None) -> Any:
    """The decoder-only language model in ``folder``, in ``dtype`` (default float32).

    Raises:
        ModelLoadError: the folder holds no causal language model.
    """
    from transformers import AutoModelForCausalLM

    options = _weights(dtype, quantization)
    return _load(AutoModelForCausalLM.from_pretrained, folder, "causal language model", **options)


def load_seq2seq(folder: Path, *, dtype: Any = None, quantization: Any = None) -> Any:
    """The encoder-decoder in ``folder``, in ``dtype`` (default float32).

    Raises:
        ModelLoadError: the folder holds no encoder-decoder.
    """
    from transformers import AutoModelForSeq2SeqLM

    options = _weights(dtype, quantization)
    return _load(AutoModelForSeq2SeqLM.from_pretrained, folder, "encoder-decoder", **options)


def load_language_model(folder: Path, *, dtype: Any = None, quantization: Any = None) -> Any:
    """The model in ``folder`` that generates text: an encoder-decoder or a decoder alone.

    Raises:
        ModelLoadError: the folder holds neither.
    """
    seq2seq = bool(load_config(folder).is_encoder_decoder)
    load = load_seq2seq if seq2seq else load_causal_lm
    return load(folder, dtype=dtype, quantization=quantization)


def load_auto_model(class_name: str, folder: Path) -> Any:
    """Load a model in float32 with an auto class of transformers.

    ``class_name`` is such as ``AutoModelForTokenClassification``.

    Raises:
        ModelLoadError: the folder holds no such model.
    """
    import transformers

    load = getattr(transformers, class_name).from_pretrained
    return _load(load, folder, f"model for {class_name}", **_weights(None, None))


def build_auto_model(class_name: str, config: Any) -> Any:
    """An untrained model of an auto class of transformers for ``config``, in float32.

    Raises:
        ValueError: the class has no model for this configuration.
    """
    import torch
    import transformers

    with LOADING_LOCK:
        return getattr(transformers, class_name).from_config(config, dtype=torch.float32)


def load_adapter(model: Any, folder: Path, *, merge: bool = True) -> Any:
    """``model`` with the PEFT adapter in ``folder``; with ``merge``, added to its own weights.

    Raises:
        ModelLoadError: the folder holds no adapter, or the adapter does not fit the model.
    """
    from peft import PeftModel

    adapted = _load(lambda path: PeftModel.from_pretrained(model, str(path)), folder, "adapter")
    return adapted.merge_and_unload() if merge else adapted


def load_sentence_transformer(folder: Path, pooling: str | None = None) -> Any:
    """A ``SentenceTransformer`` on the CPU, of a folder of its own format or of a bare encoder.

    ``pooling`` (``mean`` or ``cls``, default ``mean``) is for a bare encoder.

    Raises:
        ModelLoadError: the folder holds neither.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    def load(folder: Path) -> Any:
        if (folder / "modules.json").is_file() and (folder / "1_Pooling/config.json").is_file():
            return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        encoder = Transformer(str(folder))
        width = encoder.get_embedding_dimension()
        modules = [encoder, Pooling(width, pooling_mode=pooling or "mean")]
        return SentenceTransformer(modules=modules, device="cpu")

    return _load(load, folder, "sentence encoder")


def load_gguf(folder: Path, file: str) -> tuple[Any, Any]:
    """The causal language model in a GGUF file, its weights in float32, and its tokenizer.

    Raises:
        ModelLoadError: the file cannot be read.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    what = f"GGUF model {file}"
    model = _load(
        AutoModelForCausalLM.from_pretrained, folder, what, gguf_file=file, dtype=torch.float32
    )
    return model, _load(AutoTokenizer.from_pretrained, folder, what, gguf_file=file)


def _weights(dtype: Any, quantization: Any) -> dict[str, Any]:
    import torch

    options: dict[str, Any] = {"dtype": dtype or torch.float32, "use_safetensors": True}
    if quantization is not None:
        options.update(quantization_config=quantization, device_map={"": 0})
    return options


def _load(load: Callable[..., T], folder: Path, what: str, **options: Any) -> T:
    """Call ``load`` with the folder and the options, alone in this process."""
    if not folder.is_dir():  # transformers would take the name for one of a hub.
        raise ModelLoadError(f"There is no folder {folder}.", remedy="Fetch the model again.")
    try:
        with LOADING_LOCK:
            return load(folder, **options)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        if "out of memory" in str(error).lower():
            raise
        reason = first_line(error)
        raise ModelLoadError(
            f"{folder} holds no {what} that can be loaded: {reason}",
            remedy="Check the folder's config.json and its safetensors, or fetch the model again.",
        ) from None
