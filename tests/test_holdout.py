"""Held-out rows: kept from training and comparison, and each use of them recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainzoo.data.holdout import read_held_out, read_training_data, row_key
from chainzoo.data.read import read
from chainzoo.errors import DataError
from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tuning import Recipe
from chainzoo.zoo import Zoo
from tests.tickets import sample_tickets


def test_held_out_rows_are_kept_from_training_and_each_use_is_recorded(
    stocked: Home, tmp_path: Path
) -> None:
    zoo, data = Zoo(stocked), sample_tickets(tmp_path)
    holdout = zoo.hold_out(data, 0.2)
    assert 0 < holdout.rows < holdout.of
    secret = {row_key(e) for e in read_held_out(stocked, data).examples}
    open_rows = {row_key(e) for e in read_training_data(stocked, data).examples}
    assert not secret & open_rows
    assert secret | open_rows == {row_key(e) for e in read(data).examples}
    shuffled = tmp_path / "other-name.csv"
    lines = data.read_text("utf-8").splitlines()
    shuffled.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", "utf-8")
    assert len(read_training_data(stocked, shuffled)) == holdout.of - holdout.rows

    recipe = Recipe.of(name="tickets", method="head", epochs=1)
    record = fine_tune(stocked, TuningJob(recipe, str(data), tmp_path / "run"))
    assert record.lineage.held_out_rows == holdout.rows
    assert zoo.evaluate("tickets", data).rows == holdout.of - holdout.rows
    assert zoo.list_test_set_uses("tickets") == []
    report = zoo.evaluate("tickets", data, holdout=True)
    assert report.rows == holdout.rows
    assert "look 1" in report.notes[-1]
    assert "look 2" in zoo.evaluate("tickets", data, holdout=True).notes[-1]
    assert [look.rows for look in zoo.list_test_set_uses("tickets")] == [holdout.rows] * 2
    with pytest.raises(DataError, match="sealed already"):
        zoo.hold_out(data)
