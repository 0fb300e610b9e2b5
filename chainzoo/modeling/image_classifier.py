"""A pretrained vision model with a linear head: ResNet, ViT and their relatives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor, nn

from chainzoo.errors import TaskError
from chainzoo.modeling.encoder_models import EncoderWithHead
from chainzoo.modeling.loading import load_encoder
from chainzoo.modeling.settings import ModelSettings


class ImageClassifier(EncoderWithHead):
    """``encoder`` gives a map of vectors, or a vector a patch; the head gets their pooled one."""

    def __init__(self, base: Path, settings: ModelSettings) -> None:
        encoder = load_encoder(base, settings.quantization)
        sizes = getattr(encoder.config, "hidden_sizes", None)
        if not hasattr(encoder.config, "hidden_size"):
            if not sizes:
                raise TaskError(
                    f"{base.name} is no vision model that is known here.",
                    remedy="Choose a card of kind 'vision'.",
                )
            encoder.config.hidden_size = sizes[-1]
        super().__init__(encoder, settings)

    def train(self, mode: bool = True) -> ImageClassifier:
        """Batch normalisation keeps the statistics of the pretraining.

        Those of small batches are noise, and an adapter or a head alone could not keep them.
        """
        super().train(mode)
        for module in self.encoder.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
        return self

    def forward(  # type: ignore[override]
        self, pixel_values: Tensor, labels: Tensor | None = None, **more: Any
    ) -> dict[str, Tensor]:
        """Logits of shape (rows, labels); ``pixel_values`` has shape (rows, 3, height, width)."""
        pixels = pixel_values.to(self.head.weight.dtype)
        hidden = self.encoder(pixel_values=pixels).last_hidden_state
        if hidden.ndim == 4:  # A map of vectors, of a convolutional network.
            pooled = hidden.mean(dim=(2, 3))
        else:
            pooled = hidden[:, 0] if self.settings.pooling == "cls" else hidden.mean(dim=1)
        logits = self.head(self.dropout(pooled.to(self.head.weight.dtype)))
        if labels is None:
            return {"logits": logits}
        return {"loss": self.loss(logits.float(), labels), "logits": logits}
