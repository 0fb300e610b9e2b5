"""Image classification: one label of several for an image file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.data.examples import ImageExample
from chainzoo.errors import PredictionError, TaskError
from chainzoo.modeling.features import Feature
from chainzoo.modeling.loading import load_image_processor
from chainzoo.modeling.settings import LabelSpace, ModelSettings
from chainzoo.tasks.base import check_labels
from chainzoo.tasks.classification import ClassificationTask
from chainzoo.tasks.predictions import TextPrediction
from chainzoo.tasks.traits import TaskKeywords

THUMBNAIL_SIZE = 16  # Pixels a side of what the linear baseline sees.
TOKENS_PER_IMAGE = 196  # In the token budget of a batch: the patches of a ViT at 224 pixels.


class ImageClassification(ClassificationTask):
    """Assign a label to an image. Files are opened, turned upright and scaled batch by batch."""

    name = "image-classification"
    reads_images = True
    sample_inputs: Sequence[Any] = ()
    keywords = TaskKeywords(
        r"image classif\w*|classify(?:ing)? (?:images|pictures|photos)|"
        r"(?:images?|pictures?|photos?)\b(?! of a)|图像分类|图片分类|图像|图片",
        priority=80,
    )
    input_fields = ("image",)
    base_kinds = ("vision",)
    default_model = "resnet-50"

    def load_processor(self, folder: Path) -> Any:
        """The image processor in its Pillow form, which needs no torchvision."""
        return load_image_processor(folder)

    def parse_input(self, value: Any) -> ImageExample:
        """The path of an image, plain or in a row under ``image``."""
        if isinstance(value, Mapping):
            value = next((value[n] for n in ("image", "file_name", "path") if n in value), None)
        if not isinstance(value, str | Path):
            raise PredictionError(
                f"Expected the path of an image, found {type(value).__name__}.",
                remedy="Give a path.",
            )
        path = Path(value).expanduser()
        if not path.is_file():
            raise PredictionError(f"There is no image {str(path)!r}.", remedy="Check the path.")
        return ImageExample(path)

    def validate(self, examples: Sequence[ImageExample], labels: LabelSpace) -> None:
        for example in examples:
            check_labels(example.labels, labels.names, example.path.name)

    def encode(
        self,
        examples: Sequence[ImageExample],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        """Features that name their files: all images at once would not fit into memory.

        ``tokenizer`` is the image processor.
        """
        label_ids = labels.index()
        return [
            Feature(
                (0,) * TOKENS_PER_IMAGE,
                index,
                label_ids.get(example.labels[0]) if example.labels else None,
                extra=(example.path, tokenizer),
            )
            for index, example in enumerate(examples)
        ]

    def build_model(self, base: Path, settings: ModelSettings) -> Any:
        from chainzoo.modeling.image_classifier import ImageClassifier

        return ImageClassifier(base, settings)

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        """``pixel_values`` of shape (rows, 3, height, width), and labels where all rows have one."""
        import torch

        images = [open_image(feature.extra[0]) for feature in features]
        processor = features[0].extra[1]
        batch = {"pixel_values": processor(images, return_tensors="pt")["pixel_values"]}
        if all(feature.target is not None for feature in features):
            batch["labels"] = torch.tensor([feature.target for feature in features])
        return batch

    def input_text(self, example: ImageExample) -> str:
        """The name of the file."""
        return example.path.name

    def baseline_predictions(
        self, train: Sequence[ImageExample], examples: Sequence[ImageExample], labels: LabelSpace
    ) -> dict[str, list[TextPrediction]]:
        """The most frequent label, and logistic regression on the pixels of a thumbnail."""
        from sklearn.linear_model import LogisticRegression

        names = [example.labels[0] for example in train]
        majority = Counter(names).most_common(1)[0][0]
        predictions = {"majority class": [_certain(majority)] * len(examples)}
        if len(set(names)) > 1:
            model = LogisticRegression(C=0.01, max_iter=300)
            model.fit(np.stack([_thumbnail(example) for example in train]), names)
            predicted = model.predict(np.stack([_thumbnail(example) for example in examples]))
            predictions["pixels + logistic regression"] = [_certain(str(n)) for n in predicted]
        return predictions


def open_image(path: Path) -> Any:
    """Open an image in RGB, turned as its EXIF data says.

    Raises:
        TaskError: the file is not an image.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise TaskError(
            f"{path} is not an image that can be opened: {error}.", remedy="Remove or replace it."
        ) from None


def _thumbnail(example: ImageExample) -> np.ndarray:
    """The pixels of a small copy, from 0 to 1, as one vector."""
    small = open_image(example.path).resize((THUMBNAIL_SIZE, THUMBNAIL_SIZE))
    return np.asarray(small, dtype=np.float32).ravel() / 255


def _certain(name: str) -> TextPrediction:
    return TextPrediction(name, 1.0, (name,), {name: 1.0})


TASK = ImageClassification()
