"""Store the files of published models in a folder or a bucket, verified by SHA-256."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from chainzoo import atomic
from chainzoo.errors import RegistryError
from chainzoo.hashing import file_sha256

PICKLE_SUFFIXES = (
    ".bin", ".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".npy", ".npz",
)  # fmt: skip
TOKEN_FILE = ".publication"


class ModelFiles:
    """Folders of models, by their keys, below a local folder or any fsspec URL.

    A model in a bucket is copied into the folder ``cache`` when it is first needed.
    """

    def __init__(self, url: str, cache: Path) -> None:
        import fsspec

        self.fs, self.root = fsspec.core.url_to_fs(url)
        self.is_local = "file" in self.fs.protocol or self.fs.protocol == "file"
        self.cache = cache

    def add(self, folder: Path, key: str, token: str) -> dict[str, Any]:
        """Copy ``folder`` to ``key``; return the size and the hash of each file.

        A local folder appears whole, by a rename. In a bucket the files are unknown to everyone
        until the registry's row names them. ``token`` marks the files as this publication's.

        Raises:
            RegistryError: there are files at ``key`` already, or a file may hold a pickle.
        """
        manifest = describe_files(folder)
        if self.fs.exists(f"{self.root}/{key}"):
            raise RegistryError(
                f"{self.root}/{key} has files already, which another registry must have put there.",
                remedy="Give each registry a folder of its own.",
            )
        if self.is_local:
            with atomic.folder(self._local(key), token=token, replace=False) as tmp_path:
                shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
                (tmp_path / TOKEN_FILE).write_text(token, encoding="utf-8")
        else:
            self.fs.makedirs(f"{self.root}/{key}", exist_ok=True)
            self.fs.pipe_file(f"{self.root}/{key}/{TOKEN_FILE}", token.encode())
            for name in manifest:
                self.fs.put_file(str(folder / name), f"{self.root}/{key}/{name}")
        return manifest

    def undo(self, key: str, token: str) -> None:
        """Remove what :meth:`add` with this ``token`` has copied, and nothing else."""
        if self.is_local:
            tmp_path = atomic.temporary_path(self._local(key), token)
            shutil.rmtree(tmp_path, ignore_errors=True)
        token_file = f"{self.root}/{key}/{TOKEN_FILE}"
        if self.fs.exists(token_file) and self.fs.cat_file(token_file) == token.encode():
            self.remove(key)

    def path(self, key: str, manifest: dict[str, Any]) -> Path:
        """Return a local folder with the files of ``key``, each verified against ``manifest``.

        Raises:
            RegistryError: a file is missing or damaged.
        """
        folder = self._local(key) if self.is_local else self.cache / key
        if not self.is_local and not folder.exists():
            self._download(key, manifest, folder)
        for name, file in manifest.items():
            path = folder / name
            if not path.is_file() or file_sha256(path) != file["sha256"]:
                raise RegistryError(
                    f"{key}: the file {name} is missing or damaged.",
                    remedy="Restore it from a backup, or delete the version and tune it again.",
                )
        return folder

    def remove(self, key: str) -> None:
        """Delete the files of ``key``; nothing happens when there are none."""
        folder = f"{self.root}/{key}"
        if self.fs.exists(folder):
            self.fs.rm(folder, recursive=True)
        shutil.rmtree(self.cache / key, ignore_errors=True)

    def _local(self, key: str) -> Path:
        return Path(self.root) / key

    def _download(self, key: str, manifest: dict[str, Any], folder: Path) -> None:
        # A FileExistsError means that another process has downloaded it meanwhile.
        with suppress(FileExistsError), atomic.folder(folder, replace=False) as tmp_path:
            for name in manifest:
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                self.fs.get_file(f"{self.root}/{key}/{name}", str(tmp_path / name))


def describe_files(folder: Path) -> dict[str, Any]:
    """Return size in bytes and SHA-256 of each file below a folder, by its relative path.

    Raises:
        RegistryError: a file is of a kind that can run code when it is loaded.
    """
    manifest = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() in PICKLE_SUFFIXES:
            raise RegistryError(
                f"{name} may hold a pickle, which runs code when loaded; it is not published.",
                remedy="Save the weights as safetensors.",
            )
        manifest[name] = {"bytes": path.stat().st_size, "sha256": file_sha256(path)}
    return manifest
