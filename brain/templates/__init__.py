"""How people ask for things: templates from which the training requests are generated.

``[a|b|]`` is a choice. ``FILE``, ``FOLDER``, ``CARD``, ``NAME``, ``TEXT``, ``NUM`` and ``SIZE`` are
the placeholders that the brain puts in place of mentions. ``TASK``, ``LANG``, ``LICENSE`` and
``METHOD`` are filled with words. The order of the labels decides what is drawn.
"""

from __future__ import annotations

from templates import catalog_and_data, documents, models, runs, small_talk
from templates.fillers import FILLERS

MODULES = (catalog_and_data, runs, models, documents, small_talk)
ENGLISH = {label: texts for module in MODULES for label, texts in module.ENGLISH.items()}
CHINESE = {label: texts for module in MODULES for label, texts in module.CHINESE.items()}

__all__ = ["CHINESE", "ENGLISH", "FILLERS"]
