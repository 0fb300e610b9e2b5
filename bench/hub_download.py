"""Downloads from the hub: ChainZoo's own against huggingface_hub, over loopback.

python bench/hub_download.py [--megabytes 300] [--quick]

A small server plays the hub. Printed for each side are the seconds and the peak memory of a whole
download, and the megabytes that the server sends in two calls when the connection breaks after nine
tenths of the weights and stays down until the second call.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import resource
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

REPO, COMMIT = "some/model", "a" * 40


class HubServer(BaseHTTPRequestHandler):
    """As much of the hub's file API as both sides need."""

    files: ClassVar[dict[str, bytes]] = {}
    cut_after: ClassVar[int | None] = None
    is_down: ClassVar[bool] = False
    sent: ClassVar[int] = 0

    def do_HEAD(self) -> None:
        """Answer with a file's metadata."""
        self._answer(body=False)

    def do_GET(self) -> None:
        """Answer with the listing of the repository or with a file."""
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        server = HubServer
        if server.is_down:
            self.close_connection = True
            return
        name = self.path.rpartition("/")[2]
        content = server.files.get(name)
        if content is None:
            names = [{"rfilename": name} for name in server.files]
            content = json.dumps({"id": REPO, "sha": COMMIT, "siblings": names}).encode()
        start = int((self.headers.get("Range") or "bytes=0-")[6:].partition("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", f'"{len(content)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if not body:
            return
        end = len(content)
        if server.cut_after is not None and end > server.cut_after:
            end, server.cut_after, server.is_down = server.cut_after, None, True
        self.wfile.write(memoryview(content)[start:end])
        server.sent += end - start
        if end < len(content):
            self.connection.close()

    def log_message(self, *args: object) -> None:
        """Be quiet."""


def by_chainzoo(folder: Path) -> None:
    """ChainZoo's own."""
    from chainzoo.catalog import Source
    from chainzoo.catalog.sources.hub import FETCHER

    folder.mkdir(exist_ok=True)
    FETCHER.fetch(Source(kind="hub", repo=REPO, revision=COMMIT), folder, lambda *_: None)


def by_huggingface_hub(folder: Path) -> None:
    """huggingface_hub, file by file, into a plain folder."""
    from huggingface_hub import hf_hub_download, model_info

    endpoint = os.environ["HF_ENDPOINT"]
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    listing = model_info(REPO, revision=COMMIT)
    for file in listing.siblings or []:
        hf_hub_download(REPO, file.rfilename, revision=COMMIT, local_dir=folder, endpoint=endpoint)


SIDES: dict[str, Callable[[Path], None]] = {
    "chainzoo": by_chainzoo,
    "huggingface_hub": by_huggingface_hub,
}


def measure(side: str, megabytes: int) -> str:
    """Run one side; return its line of the table."""
    HubServer.files = {
        "config.json": b"{}",
        "model.safetensors": bytes(megabytes << 20),
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), HubServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["HF_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    os.environ.pop("HF_HUB_OFFLINE", None)
    fetch = SIDES[side]
    with tempfile.TemporaryDirectory() as work:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started_at = time.perf_counter()
        fetch(Path(work) / "whole")
        seconds = time.perf_counter() - started_at
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        HubServer.sent, HubServer.cut_after = 0, (megabytes << 20) * 9 // 10
        try:
            fetch(Path(work) / "cut")
        except OSError:
            pass
        except Exception as error:  # huggingface_hub passes on the errors of httpx.
            if "httpx" not in type(error).__module__:
                raise
        HubServer.is_down = False
        fetch(Path(work) / "cut")
    sent = HubServer.sent / (1 << 20)
    return f"{side:<16} {seconds:>7.2f} s {memory:>6.0f} MB {sent:>8.0f} MB"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=300, help="size of the weights")
    parser.add_argument("--quick", action="store_true", help="weights of 3 MB")
    arguments = parser.parse_args()
    print("side               whole   memory  sent when cut")
    context = multiprocessing.get_context("spawn")
    for side in SIDES:
        with context.Pool(1) as pool:
            megabytes = 3 if arguments.quick else arguments.megabytes
            print(pool.apply(measure, (side, megabytes)), flush=True)


if __name__ == "__main__":
    main()
