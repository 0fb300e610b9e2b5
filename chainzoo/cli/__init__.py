"""The terminal: ``chainzoo …``. One module a group of verbs; this one runs them."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence

INTERRUPTED = 130
# What libraries would print between our lines, unless the user asked for it.
QUIET = {
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "PYTHONWARNINGS": "ignore",
}


# In bfloat16 the processor's kernels are made for each shape of a batch and kept, a thousand by
# default and about a megabyte each. 128 keep a server quick and its memory flat. Read by torch when
# it is loaded.
KERNELS = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "128", "LRU_CACHE_CAPACITY": "128"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 well, 1 an error told in a sentence, 2 misused."""
    for name, value in (QUIET | KERNELS).items():
        os.environ.setdefault(name, value)
    warnings.simplefilter("ignore")
    from chainzoo.cli.app import build_app
    from chainzoo.errors import ChainZooError

    try:
        code = build_app()(args=arguments, standalone_mode=False)
    except ChainZooError as error:
        code = _tell(str(error))
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        code = _unforeseen(error)
    sys.exit(code if isinstance(code, int) else 0)


def _tell(sentence: str) -> int:
    from rich.console import Console

    Console(stderr=True).print(f"[bold red]Error:[/] {_escaped(sentence)}", highlight=False)
    return 1


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _unforeseen(error: Exception) -> int:
    """Misuse is click's to tell; for anything else the traceback goes into a file."""
    import click

    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.exceptions.Abort):
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    import traceback

    from chainzoo.home import Home

    log = Home.default().root / "last-error.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return _tell(f"Something unforeseen went wrong ({type(error).__name__}: {error}). See {log}.")
