"""Open a published model from the registry."""

from __future__ import annotations

from typing import Literal

from chainzoo.home import Home
from chainzoo.inference.predictor import Predictor
from chainzoo.modeling.references import resolve


def open_predictor(
    home: Home,
    ref: str,
    *,
    precision: Literal["auto", "float32", "bfloat16"] = "auto",
    packed: bool = True,
) -> Predictor:
    """Load the predictor of a published model, by ``name``, ``name@version`` or ``name@alias``.

    With ``packed``, linear layers are stored in the layout that the processor multiplies fastest
    (see ``chainzoo/inference/packed_linear.py``); such a model can be called but not exported.

    Raises:
        UnknownModelError: the registry has no such model.
        RegistryError: a file of the model is missing or damaged.
    """
    model = resolve(home, ref, ("version",))
    folders = model.fetch()
    predictor = Predictor.load(folders.folder, folders.base, name=model.ref, precision=precision)
    if packed and predictor.loaded.task.shares_encoder:
        from chainzoo.inference.packed_linear import pack

        pack(predictor.loaded.model.encoder)
    return predictor
