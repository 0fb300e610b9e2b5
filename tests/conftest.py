"""What all tests share: an empty home, the real small model, and no network but loopback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

from chainzoo.catalog import Catalog
from chainzoo.home import Home
from chainzoo.modeling.references import fetch_weights

ROOT = Path(__file__).parents[1]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path / "home")


@pytest.fixture(scope="session")
def fetched() -> Home:
    """A home with the embedded encoder in it, kept between runs of the tests."""
    where = os.environ.get("CHAINZOO_TEST_HOME", str(ROOT / ".demo-home"))
    found = Home(Path(where))
    fetch_weights(Catalog.load(found).get("minilm-l6"), found)
    return found


@pytest.fixture(scope="session")
def minilm(fetched: Home) -> Path:
    """The folder of the embedded encoder: real weights."""
    return fetched.weights / "minilm-l6"


@pytest.fixture(scope="session")
def multilingual(fetched: Home) -> Path:
    """The folder of the embedded multilingual encoder: real weights."""
    return fetch_weights(Catalog.load(fetched).get("multilingual-e5-small"), fetched)


@pytest.fixture
def stocked(home: Home, minilm: Path) -> Home:
    """An empty home that has the embedded encoder (linked, not copied)."""
    home.weights.mkdir(parents=True)
    (home.weights / "minilm-l6").symlink_to(minilm, target_is_directory=True)
    return home


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real public data sets; named by CHAINZOO_TEST_DATA, or a folder ``shared/data`` beside."""
    where = Path(os.environ.get("CHAINZOO_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not where.is_dir():
        pytest.skip(f"no data sets in {where}; set CHAINZOO_TEST_DATA")
    return where


@pytest.fixture(scope="session")
def server_home(fetched: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home to serve: the embedded encoder and chat model, a tiny chat model, and ``tickets``."""
    from tests import running_server, tiny

    folder = tmp_path_factory.mktemp("server")
    home = Home(folder / "home")
    home.weights.mkdir(parents=True)
    for name in ("minilm-l6", "smollm2-135m"):
        fetch_weights(Catalog.load(fetched).get(name), fetched)
        (home.weights / name).symlink_to(fetched.weights / name, target_is_directory=True)
    card = tiny.causal(home, folder / "llama")
    fetch_weights(Catalog.load(home).get(card), home)
    running_server.tune_tickets(home, folder)
    return home
