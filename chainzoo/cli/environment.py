"""Environment variables that libraries read when they are imported, set before they are."""

from __future__ import annotations

import os
import warnings

# Without these, libraries print between our lines.
QUIET = {
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "PYTHONWARNINGS": "ignore",
}
# In bfloat16, oneDNN compiles a kernel for each shape of a batch and caches it: a thousand by
# default, about a megabyte each. With 128 a server is as fast and its memory stays flat.
KERNEL_CACHE = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "128", "LRU_CACHE_CAPACITY": "128"}


def prepare_environment() -> None:
    """Silence libraries and bound the kernel cache; variables that the user set are kept."""
    for name, value in (QUIET | KERNEL_CACHE).items():
        os.environ.setdefault(name, value)
    warnings.simplefilter("ignore")
