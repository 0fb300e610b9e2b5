"""A pretrained vision model with a linear head: ResNet, ViT and related architectures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor, nn

from chainzoo.errors import TaskError
from chainzoo.modeling.encoder_models import EncoderWithHead
from chainzoo.modeling.loading import load_encoder
from chainzoo.modeling.settings import ModelSettings


class ImageClassifier(EncoderWithHead):
    """The head gets the pooled output of an encoder of images."""

    def __init__(self, base: Path, settings: ModelSettings) -> None:
        """Load the encoder in the folder ``base``.

        Raises:
            TaskError: its configuration does not say how wide its vectors are.
        """
        encoder = load_encoder(base, settings.quantization)
        sizes = getattr(encoder.config, "hidden_sizes", None)
        if not hasattr(encoder.config, "hidden_size"):
            if not sizes:
                raise TaskError(
                    f"{base.name} is not a vision model that can be tuned.",
                    remedy="Choose a card of kind 'vision'.",
                )
            encoder.config.hidden_size = sizes[-1]
        super().__init__(encoder, settings)

    def train(self, mode: bool = True) -> ImageClassifier:
        """Set the mode; batch normalization always uses the statistics of the pretraining.

        The statistics of small batches are noise, and neither an adapter nor a head stores them.
        """
        super().train(mode)
        for module in self.encoder.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
        return self

    def forward(  # type: ignore[override]
        self, pixel_values: Tensor, labels: Tensor | None = None, **masks: Any
    ) -> dict[str, Tensor]:
        """``logits`` of shape (rows, labels), and with labels ``loss``.

        ``pixel_values`` has shape (rows, 3, height, width).
        """
        pixels = pixel_values.to(self.head.weight.dtype)
        hidden = self.encoder(pixel_values=pixels).last_hidden_state
        if hidden.ndim == 4:  # A feature map of a convolutional network.
            pooled = hidden.mean(dim=(2, 3))
        else:  # A vector for each patch.
            pooled = hidden[:, 0] if self.settings.pooling == "cls" else hidden.mean(dim=1)
        logits = self.head(self.dropout(pooled.to(self.head.weight.dtype)))
        if labels is None:
            return {"logits": logits}
        return {"loss": self.loss(logits.float(), labels), "logits": logits}
