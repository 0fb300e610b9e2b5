"""Image classification: folders of pictures, ResNet and ViT, Pillow alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from chainzoo.data.read import read_table
from chainzoo.errors import DataError, PredictionError
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tuning import Recipe
from chainzoo.zoo import Zoo
from tests import tiny

COLOURS = {"blue": (30, 40, 220), "red": (220, 30, 40)}


def write_pictures(folder: Path, *, parts: tuple[str, ...] = ("",)) -> Path:
    drawn = np.random.default_rng(1)
    for part in parts:
        for name, colour in COLOURS.items():
            (folder / part / name).mkdir(parents=True)
            for at in range(16):
                noise = drawn.integers(-25, 26, (40, 48, 3))
                pixels = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(folder / part / name / f"{name}{at}.png")
    return folder


def test_a_folder_a_class_and_parts(tmp_path: Path) -> None:
    table = read_table(write_pictures(tmp_path / "pictures", parts=("train", "val")))
    assert (table.task, len(table), table.labels) == (
        "image-classification",
        64,
        ("blue", "red"),
    )
    assert {example.split for example in table.examples} == {"train", "val"}


def test_a_folder_with_no_pictures_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    with pytest.raises(DataError, match="folder"):
        read_table(tmp_path / "notes")


@pytest.mark.parametrize(
    ("family", "method"),
    [("resnet", "full"), ("resnet", "lora"), ("vit", "lora"), ("vit", "head")],
)
def test_tuned_saved_and_called(home: Home, tmp_path: Path, family: str, method: str) -> None:
    card = tiny.vision(home, tmp_path / family, family)
    pictures = write_pictures(tmp_path / "pictures")
    recipe = Recipe.of(model=card, name="colours", method=method, epochs=4, learning_rate=0.01)
    record = fine_tune(home, TuningJob(recipe, str(pictures), tmp_path / "run"))
    assert set(record.report["baselines"]) == {"majority class", "pixels + logistic regression"}
    assert record.score > 0.9
    predictor = Zoo(home).predictor("colours")
    (answer,) = predictor.predict([str(pictures / "red" / "red3.png")])
    assert answer.label == "red"
    with pytest.raises(PredictionError, match="no image"):
        predictor.predict([str(tmp_path / "missing.png")])


def test_a_broken_picture_is_told(home: Home, tmp_path: Path) -> None:
    card = tiny.vision(home, tmp_path / "vit", "vit")
    pictures = write_pictures(tmp_path / "pictures")
    (pictures / "red" / "broken.png").write_bytes(b"not a picture")
    recipe = Recipe.of(model=card, name="colours", method="head", epochs=1)
    with pytest.raises(Exception, match=r"broken\.png is not an image"):
        fine_tune(home, TuningJob(recipe, str(pictures), tmp_path / "run"))
