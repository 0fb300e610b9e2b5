"""Image classification: one label of several for a picture in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainzoo.data.examples import ImageExample
from chainzoo.errors import PredictionError, TaskError
from chainzoo.metrics.tables import ReportTable
from chainzoo.modeling.loading import load_image_processor
from chainzoo.modeling.settings import Feature, LabelSpace, ModelSettings
from chainzoo.tasks.base import TaskBase
from chainzoo.tasks.predictions import TextPrediction
from chainzoo.tasks.text_classification import TextClassification
from chainzoo.tasks.traits import TaskKeywords

THUMBNAIL = 16  # Pixels a side of what the simple model sees.
COST = 196  # Token ids that a picture counts for in a batch: the patches of a ViT at 224 pixels.


class ImageClassification(TaskBase):
    """Pictures are read, turned as their camera says, and scaled when a batch is put together."""

    name = "image-classification"
    reads_images = True
    sample_inputs: Sequence[Any] = ()
    keywords = TaskKeywords(
        r"image classif\w*|classify(?:ing)? (?:images|pictures|photos)|"
        r"(?:images?|pictures?|photos?)\b(?! of a)|图像分类|图片分类|图像|图片",
        priority=80,
    )
    prediction_type = TextPrediction
    input_fields = ("image",)
    base_kinds = ("vision",)
    default_model = "resnet-50"

    def load_processor(self, folder: Path) -> Any:
        """The image processor, in its Pillow form: it needs no torchvision."""
        return load_image_processor(folder)

    def parse_input(self, value: Any) -> ImageExample:
        """The path of a picture, plain or in a row under ``image``."""
        if isinstance(value, Mapping):
            value = next((value[n] for n in ("image", "file_name", "path") if n in value), None)
        if not isinstance(value, str | Path):
            raise PredictionError(
                f"Expected the path of a picture, found {type(value).__name__}.",
                remedy="Give a path.",
            )
        path = Path(value).expanduser()
        if not path.is_file():
            raise PredictionError(f"There is no picture {str(path)!r}.", remedy="Check the path.")
        return ImageExample(path)

    def validate(self, examples: Sequence[ImageExample], labels: LabelSpace) -> None:
        known = set(labels.names)
        for example in examples:
            if set(example.labels) - known:
                raise TaskError(
                    f"{example.path.name}: label {example.labels[0]!r} is none of the model's"
                    f" ({', '.join(labels.names[:6])}).",
                    remedy="Judge on pictures with the labels that the model was tuned on.",
                )

    def encode(
        self,
        examples: Sequence[ImageExample],
        tokenizer: Any,
        labels: LabelSpace,
        max_length: int,
        stride: int,
    ) -> list[Feature]:
        """The pictures stay in their files until a batch needs them: all would not fit in memory.

        ``tokenizer`` is the image processor.
        """
        index = labels.index()
        return [
            Feature(
                (0,) * COST,
                at,
                index.get(example.labels[0]) if example.labels else None,
                extra=(example.path, tokenizer),
            )
            for at, example in enumerate(examples)
        ]

    def build_model(self, base: Path, settings: ModelSettings) -> Any:
        from chainzoo.modeling.image_classifier import ImageClassifier

        return ImageClassifier(base, settings)

    def collate(
        self, features: Sequence[Feature], pad_id: int, labels: LabelSpace
    ) -> dict[str, Any]:
        import torch

        pictures = [open_picture(feature.extra[0]) for feature in features]
        processor = features[0].extra[1]
        batch = {"pixel_values": processor(pictures, return_tensors="pt")["pixel_values"]}
        if all(feature.target is not None for feature in features):
            batch["labels"] = torch.tensor([feature.target for feature in features])
        return batch

    def decode(
        self,
        logits: Sequence[np.ndarray],
        features: Sequence[Feature],
        examples: Sequence[ImageExample],
        labels: LabelSpace,
    ) -> list[TextPrediction]:
        return _LABELS.decode(logits, features, _as_texts(examples), labels)

    def sufficient_statistics(
        self,
        examples: Sequence[ImageExample],
        predictions: Sequence[TextPrediction],
        labels: LabelSpace,
    ) -> np.ndarray:
        return _LABELS.sufficient_statistics(_as_texts(examples), predictions, labels)

    def scores(self, counts: np.ndarray, labels: LabelSpace) -> dict[str, np.ndarray]:
        return _LABELS.scores(counts, labels)

    def correct(self, example: ImageExample, prediction: TextPrediction) -> bool:
        """Whether the label is the true one."""
        return set(example.labels) == set(prediction.labels)

    def input_text(self, example: ImageExample) -> str:
        """The name of the file."""
        return example.path.name

    def report_tables(
        self,
        examples: Sequence[ImageExample],
        predictions: Sequence[TextPrediction],
        labels: LabelSpace,
    ) -> list[ReportTable]:
        return _LABELS.report_tables(_as_texts(examples), predictions, labels)

    def confusion_matrix(
        self,
        examples: Sequence[ImageExample],
        predictions: Sequence[TextPrediction],
        labels: LabelSpace,
    ) -> tuple[tuple[str, ...], np.ndarray] | None:
        return _LABELS.confusion_matrix(_as_texts(examples), predictions, labels)

    def error_table(
        self,
        examples: Sequence[ImageExample],
        predictions: Sequence[TextPrediction],
        limit: int = 10,
    ) -> ReportTable:
        return _LABELS.error_table(_as_texts(examples), predictions, limit)

    def baseline_predictions(
        self, train: Sequence[ImageExample], examples: Sequence[ImageExample], labels: LabelSpace
    ) -> dict[str, list[TextPrediction]]:
        """The commonest label, and logistic regression on a thumbnail's pixels."""
        from collections import Counter

        from sklearn.linear_model import LogisticRegression

        names = [example.labels[0] for example in train]
        common = Counter(names).most_common(1)[0][0]
        answers = {"majority class": [_said(common)] * len(examples)}
        if len(set(names)) > 1:
            model = LogisticRegression(C=0.01, max_iter=300)
            model.fit(np.stack([_pixels(e) for e in train]), names)
            found = model.predict(np.stack([_pixels(e) for e in examples]))
            answers["pixels + logistic regression"] = [_said(str(name)) for name in found]
        return answers


def open_picture(path: Path) -> Any:
    """A picture in RGB, upright.

    Raises:
        TaskError: the file holds no picture.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            return ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise TaskError(
            f"{path} is no picture that can be read: {error}.", remedy="Remove or replace it."
        ) from None


def _pixels(example: ImageExample) -> np.ndarray:
    small = open_picture(example.path).resize((THUMBNAIL, THUMBNAIL))
    return np.asarray(small, dtype=np.float32).ravel() / 255


def _said(name: str) -> TextPrediction:
    return TextPrediction(name, 1.0, (name,), {name: 1.0})


def _as_texts(examples: Sequence[ImageExample]) -> list[Any]:
    """Pictures as labelled texts, their names: what is counted of labels is the same."""
    from chainzoo.data.examples import TextExample

    return [TextExample(str(e.path), e.labels, e.split, e.line) for e in examples]


_LABELS = TextClassification()
TASK = ImageClassification()
