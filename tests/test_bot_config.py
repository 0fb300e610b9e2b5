"""Settings of a bot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chains.customer_service import BotConfig, BotTrainingData, train_bot
from chainzoo import DataError


def test_a_bot_without_training_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing to train the bot on"):
        train_bot(BotConfig(name="none", home=tmp_path), BotTrainingData())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"false_alarms": 3}, "false_alarms"),
        ({"hours": {"open": {"mon": "nine to five"}}}, "no span"),
        ({"name": "../x"}, "letters, digits"),
        ({"colour": "red"}, "colour"),
        ({"slots": {"order": {"pattern": "("}}}, "not a regular expression"),
    ],
)
def test_invalid_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        BotConfig.of("service.toml", **{"name": "x", **settings})
