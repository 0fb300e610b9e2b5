"""Reports as one HTML file."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

from chainzoo.home import Home
from chainzoo.pipeline import TuningJob, fine_tune
from chainzoo.tuning import Recipe


def test_a_report_is_one_file_and_markup_in_the_data_is_escaped(
    stocked: Home, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    rows = [f'"<script>alert({n})</script> hello {n}","<b>yes</b>"' for n in range(20)]
    rows += [f'"plain words {n}","no"' for n in range(20)]
    path.write_text("text,label\n" + "\n".join(rows) + "\n", "utf-8")
    recipe = Recipe.of(name="bad", method="head", epochs=1)
    record = fine_tune(stocked, TuningJob(recipe, str(path), tmp_path / "run"))
    page = (record.folder / "report.html").read_text("utf-8")
    soup = BeautifulSoup(page, "html.parser")
    assert soup.find("script") is None
    assert soup.find("link") is None
    assert "<b>yes</b>" in soup.get_text()
    assert all(image["src"].startswith("data:image/png;base64,") for image in soup.find_all("img"))
    assert len(soup.find_all("img")) == 2
    assert "Training curves" in soup.get_text()
