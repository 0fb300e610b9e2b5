"""Publish models as versions, move aliases between versions, and look models up."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from chainzoo.errors import RegistryError, UnknownModelError
from chainzoo.home import Home
from chainzoo.registry.database import open_database, read_session, write_session
from chainzoo.registry.files import ModelFiles
from chainzoo.registry.names import check_name, parse_ref
from chainzoo.registry.processes import hostname, process_start
from chainzoo.registry.records import Lineage, ModelRecord
from chainzoo.registry.schema import (
    AliasMoveRow,
    AliasRow,
    ModelRow,
    PendingUploadRow,
    RunRow,
    VersionCounterRow,
    now,
)

PRODUCTION = "production"
ABANDONED_AFTER = timedelta(days=1)


class Registry:
    """The published models of a home. Several processes may use it at the same time.

    Args:
        home: The folder that holds the registry.
        url: SQLAlchemy URL of the database; by default SQLite in ``home``.
        files: Folder or fsspec URL for the models' files; by default a folder in ``home``.
    """

    def __init__(self, home: Home, url: str | None = None, files: str | None = None) -> None:
        home.root.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.engine = open_database(url or home.database_url)
        self._files = ModelFiles(files or str(home.models), home.cache / "models")

    def publish(
        self,
        name: str,
        folder: Path,
        lineage: Lineage,
        report: Mapping[str, Any],
        *,
        task: str,
        method: str,
    ) -> ModelRecord:
        """Publish the model in ``folder`` as the next version of ``name``.

        The version becomes visible when all of its files are in place. If the process dies before,
        the next ``publish`` removes what it has left.

        Raises:
            RegistryError: the name is not valid, or the folder holds a pickle.
        """
        self.remove_abandoned_uploads()
        version = self._next_version(check_name(name))
        key, token = f"{name}/{version}", secrets.token_hex(8)
        files = self._upload(folder, key, token)
        metric = str(report["metric"])
        model = ModelRow(
            name=name,
            version=version,
            task=task,
            method=method,
            base=lineage.base,
            metric=metric,
            score=float(report["scores"][metric]),
            rows=int(report["rows"]),
            size_mb=round(sum(file["bytes"] for file in files.values()) / 1e6, 2),
            files=files,
            lineage=asdict(lineage),
            report=dict(report),
        )
        with write_session(self.engine) as session:
            session.add(model)
            session.execute(delete(PendingUploadRow).where(PendingUploadRow.key == key))
            # In the same transaction: a run that dies after it must not publish a second version.
            session.execute(
                update(RunRow).where(RunRow.id == lineage.run).values(model=f"{name}@{version}")
            )
        return self.get(f"{name}@{version}")

    def get(self, ref: str) -> ModelRecord:
        """Return a version by ``name@version`` or ``name@alias``.

        A bare name is its ``production`` version, or the latest where no version has that alias.

        Raises:
            UnknownModelError: there is no such model; the message lists those that exist.
        """
        with read_session(self.engine) as session:
            return self._record(session, self._select(session, ref))

    def list_models(self) -> list[ModelRecord]:
        """List all versions of all models, by name, the newest version first."""
        with read_session(self.engine) as session:
            order = select(ModelRow).order_by(ModelRow.name, ModelRow.version.desc())
            return [self._record(session, model) for model in session.scalars(order)]

    def path(self, record: ModelRecord) -> Path:
        """Return a local folder with the version's files, after verifying their hashes.

        Raises:
            RegistryError: a file is missing or damaged.
        """
        with read_session(self.engine) as session:
            files = self._select(session, record.ref).files
        return self._files.path(f"{record.name}/{record.version}", files)

    def promote(self, ref: str, alias: str = PRODUCTION) -> ModelRecord:
        """Point ``alias`` to a version, and return that version.

        Raises:
            UnknownModelError: there is no such model.
            RegistryError: the alias is not valid.
        """
        check_name(alias, "alias")
        if alias.isdigit():
            raise RegistryError(f"{alias!r} would be read as a version.", remedy="Use a word.")
        with write_session(self.engine) as session:
            model = self._select(session, ref)
            session.merge(AliasRow(name=model.name, alias=alias, version=model.version))
            session.add(AliasMoveRow(name=model.name, alias=alias, version=model.version))
            promoted = f"{model.name}@{model.version}"
        return self.get(promoted)

    def roll_back(self, name: str, alias: str = PRODUCTION) -> ModelRecord:
        """Point ``alias`` to the version that it pointed to before, and return that version.

        Raises:
            RegistryError: the alias never pointed to another version that still exists.
        """
        with write_session(self.engine) as session:
            moves = session.scalars(
                select(AliasMoveRow)
                .where(AliasMoveRow.name == name, AliasMoveRow.alias == alias)
                .order_by(AliasMoveRow.id.desc())
            ).all()
            existing = set(session.scalars(select(ModelRow.version).where(ModelRow.name == name)))
            earlier = [
                move
                for move in moves
                if move.version != moves[0].version and move.version in existing
            ]
            if not earlier:
                raise RegistryError(
                    f"{name}@{alias} has no earlier version to go back to.",
                    remedy="See `chainzoo list`, and promote the version that you want.",
                )
            for move in moves[: moves.index(earlier[0])]:
                session.delete(move)
            session.merge(AliasRow(name=name, alias=alias, version=earlier[0].version))
            restored = f"{name}@{earlier[0].version}"
        return self.get(restored)

    def delete(self, ref: str) -> ModelRecord:
        """Delete one version and its files; return the record that it had.

        Raises:
            UnknownModelError: there is no such model.
            RegistryError: an alias points to the version, or a bare name has several versions.
        """
        record = self.get(ref)
        if "@" not in ref and sum(m.name == record.name for m in self.list_models()) > 1:
            raise RegistryError(
                f"{ref!r} has several versions.", remedy=f"Name one, such as {record.ref}."
            )
        if record.aliases:
            raise RegistryError(
                f"{record.ref} is {' and '.join(record.aliases)}.",
                remedy="Promote another version first.",
            )
        with write_session(self.engine) as session:
            session.execute(
                delete(ModelRow).where(
                    ModelRow.name == record.name, ModelRow.version == record.version
                )
            )
        self._files.remove(f"{record.name}/{record.version}")
        return record

    def remove_abandoned_uploads(self) -> list[str]:
        """Remove the files of publications whose process died; return their keys.

        A process of another machine cannot be looked up, so its upload counts as abandoned after a
        day.
        """
        with read_session(self.engine) as session:
            pending = session.scalars(select(PendingUploadRow)).all()
        abandoned = [row for row in pending if _is_abandoned(row)]
        for row in abandoned:
            self._discard_upload(row.key, row.token)
        return [row.key for row in abandoned]

    def _next_version(self, name: str) -> int:
        with write_session(self.engine) as session:
            counter = session.get(VersionCounterRow, name, with_for_update=True)
            if counter is None:
                counter = VersionCounterRow(name=name, last_version=0)
                session.add(counter)
            counter.last_version += 1
            return counter.last_version

    def _upload(self, folder: Path, key: str, token: str) -> dict[str, Any]:
        """Copy the files, announced by a row by which they are removed if this process dies."""
        pid = os.getpid()
        upload = PendingUploadRow(
            key=key,
            token=token,
            host=hostname(),
            pid=pid,
            process_started_at=process_start(pid),
        )
        with write_session(self.engine) as session:
            session.add(upload)
        try:
            return self._files.add(folder, key, token)
        except BaseException:
            self._discard_upload(key, token)
            raise

    def _discard_upload(self, key: str, token: str) -> None:
        self._files.undo(key, token)
        with write_session(self.engine) as session:
            session.execute(
                delete(PendingUploadRow).where(
                    PendingUploadRow.key == key, PendingUploadRow.token == token
                )
            )

    def _select(self, session: Session, ref: str) -> ModelRow:
        name, version_or_alias = parse_ref(ref)
        versions = select(ModelRow).where(ModelRow.name == name).order_by(ModelRow.version.desc())
        if version_or_alias is None or not version_or_alias.isdigit():
            alias = session.get(AliasRow, (name, version_or_alias or PRODUCTION))
            if alias is not None:
                versions = versions.where(ModelRow.version == alias.version)
            elif version_or_alias is not None:
                raise self._unknown(session, ref)
        else:
            versions = versions.where(ModelRow.version == int(version_or_alias))
        model = session.scalars(versions.limit(1)).first()
        if model is None:
            raise self._unknown(session, ref)
        return model

    def _unknown(self, session: Session, ref: str) -> UnknownModelError:
        names = sorted(set(session.scalars(select(ModelRow.name))))
        known = f"There are {', '.join(names)}." if names else "None has been tuned yet."
        return UnknownModelError(
            f"There is no tuned model {ref!r}.", remedy=f"{known} See `chainzoo list`."
        )

    def _record(self, session: Session, model: ModelRow) -> ModelRecord:
        of_version = (AliasRow.name == model.name, AliasRow.version == model.version)
        aliases = select(AliasRow.alias).where(*of_version).order_by(AliasRow.alias)
        return ModelRecord(
            name=model.name,
            version=model.version,
            task=model.task,
            method=model.method,
            base=model.base,
            created_at=model.created_at,
            metric=model.metric,
            score=model.score,
            rows=model.rows,
            size_mb=model.size_mb,
            folder=Path(self._files.root) / model.name / str(model.version),
            aliases=tuple(session.scalars(aliases)),
            lineage=Lineage(**model.lineage),
            report=model.report,
        )


def _is_abandoned(row: PendingUploadRow) -> bool:
    if row.host != hostname():
        return now() - row.created_at > ABANDONED_AFTER
    return process_start(row.pid) != row.process_started_at
