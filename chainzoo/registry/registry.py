"""Versions of tuned models, aliases that move between them, and where each came from."""

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
from chainzoo.registry.database import open_database, reading, writing
from chainzoo.registry.files import ModelFiles
from chainzoo.registry.names import check_name, parse_ref
from chainzoo.registry.processes import host, started
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
ABANDONED = timedelta(days=1)


class Registry:
    """All tuned models of a home. Safe to use from several processes at once."""

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
        """Keep the model in ``folder`` as the next version of ``name``.

        The version is visible once all of its files are in place, and not before.

        Raises:
            RegistryError: the name cannot be one, or the folder holds a pickle.
        """
        self.sweep()
        version = self._next_version(check_name(name))
        key, token = f"{name}/{version}", secrets.token_hex(8)
        incoming = PendingUploadRow(
            key=key, token=token, host=host(), pid=os.getpid(), pid_started=started(os.getpid())
        )
        with writing(self.engine) as session:
            session.add(incoming)
        try:
            facts = self._files.add(folder, key, token)
        except BaseException:
            self._forget(key, token)
            raise
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
            size_mb=round(sum(f["bytes"] for f in facts.values()) / 1e6, 2),
            files=facts,
            lineage=asdict(lineage),
            report=dict(report),
        )
        with writing(self.engine) as session:
            session.add(model)
            session.execute(delete(PendingUploadRow).where(PendingUploadRow.key == key))
            # A run that dies from here on has its model: going on with it publishes no second one.
            session.execute(
                update(RunRow).where(RunRow.id == lineage.run).values(model=f"{name}@{version}")
            )
        return self.get(f"{name}@{version}")

    def _next_version(self, name: str) -> int:
        with writing(self.engine) as session:
            counter = session.get(VersionCounterRow, name, with_for_update=True)
            if counter is None:
                counter = VersionCounterRow(name=name, version=0)
                session.add(counter)
            counter.version += 1
            return counter.version

    def get(self, ref: str) -> ModelRecord:
        """A version, by number or alias; a bare name is its ``production``, else its latest.

        Raises:
            UnknownModelError: there is none; those that exist are named.
        """
        with reading(self.engine) as session:
            return self._record(session, self._find(session, ref))

    def list_models(self) -> list[ModelRecord]:
        """Every version of every model, by name, the newest version first."""
        with reading(self.engine) as session:
            order = select(ModelRow).order_by(ModelRow.name, ModelRow.version.desc())
            return [self._record(session, model) for model in session.scalars(order)]

    def path(self, record: ModelRecord) -> Path:
        """A local folder with the version's files.

        Raises:
            RegistryError: a file is missing or damaged.
        """
        with reading(self.engine) as session:
            facts = self._find(session, record.ref).files
        return self._files.path(f"{record.name}/{record.version}", facts)

    def promote(self, ref: str, alias: str = PRODUCTION) -> ModelRecord:
        """Point ``alias`` to a version; gives that version."""
        check_name(alias, "alias")
        if alias.isdigit():
            raise RegistryError(f"{alias!r} would be taken for a version.", remedy="Use a word.")
        with writing(self.engine) as session:
            model = self._find(session, ref)
            session.merge(AliasRow(name=model.name, alias=alias, version=model.version))
            session.add(AliasMoveRow(name=model.name, alias=alias, version=model.version))
            found = f"{model.name}@{model.version}"
        return self.get(found)

    def roll_back(self, name: str, alias: str = PRODUCTION) -> ModelRecord:
        """Point ``alias`` to the version that it pointed to before.

        Raises:
            RegistryError: it has pointed to one version only.
        """
        with writing(self.engine) as session:
            moves = session.scalars(
                select(AliasMoveRow)
                .where(AliasMoveRow.name == name, AliasMoveRow.alias == alias)
                .order_by(AliasMoveRow.id.desc())
            ).all()
            known = set(session.scalars(select(ModelRow.version).where(ModelRow.name == name)))
            older = [
                m for m in moves if moves and m.version != moves[0].version and m.version in known
            ]
            if not older:
                raise RegistryError(
                    f"{name}@{alias} has no earlier version to go back to.",
                    remedy="See `chainzoo list`, and promote the one that you want.",
                )
            for move in moves[: moves.index(older[0])]:
                session.delete(move)
            session.merge(AliasRow(name=name, alias=alias, version=older[0].version))
            found = f"{name}@{older[0].version}"
        return self.get(found)

    def delete(self, ref: str) -> ModelRecord:
        """Delete one version; gives what it was.

        Raises:
            RegistryError: an alias points to it, or a bare name stands for several versions.
        """
        record = self.get(ref)
        if "@" not in ref and sum(m.name == record.name for m in self.list_models()) > 1:
            raise RegistryError(
                f"{ref!r} has several versions.", remedy=f"Say which, such as {record.ref}."
            )
        if record.aliases:
            raise RegistryError(
                f"{record.ref} is {' and '.join(record.aliases)}.",
                remedy="Promote another version first.",
            )
        with writing(self.engine) as session:
            session.execute(
                delete(ModelRow).where(
                    ModelRow.name == record.name, ModelRow.version == record.version
                )
            )
        self._files.remove(f"{record.name}/{record.version}")
        return record

    def sweep(self) -> list[str]:
        """Remove the files that dead processes left on their way in; gives their keys.

        What another machine brings is left alone for a day, because nobody here can ask after it.
        """
        with reading(self.engine) as session:
            coming = session.scalars(select(PendingUploadRow)).all()
        dead = [row for row in coming if _is_dead(row)]
        for row in dead:
            self._forget(row.key, row.token)
        return [row.key for row in dead]

    def _forget(self, key: str, token: str) -> None:
        self._files.undo(key, token)
        with writing(self.engine) as session:
            session.execute(
                delete(PendingUploadRow).where(
                    PendingUploadRow.key == key, PendingUploadRow.token == token
                )
            )

    def _find(self, session: Session, ref: str) -> ModelRow:
        name, which = parse_ref(ref)
        versions = select(ModelRow).where(ModelRow.name == name).order_by(ModelRow.version.desc())
        if which is None or not which.isdigit():
            alias = session.get(AliasRow, (name, which or PRODUCTION))
            if alias is not None:
                versions = versions.where(ModelRow.version == alias.version)
            elif which is not None:
                raise self._unknown(session, ref)
        else:
            versions = versions.where(ModelRow.version == int(which))
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
        here = (AliasRow.name == model.name, AliasRow.version == model.version)
        aliases = session.scalars(select(AliasRow.alias).where(*here).order_by(AliasRow.alias))
        return ModelRecord(
            name=model.name,
            version=model.version,
            task=model.task,
            method=model.method,
            base=model.base,
            created=model.created,
            metric=model.metric,
            score=model.score,
            rows=model.rows,
            size_mb=model.size_mb,
            folder=Path(self._files.root) / model.name / str(model.version),
            aliases=tuple(aliases),
            lineage=Lineage(**model.lineage),
            report=model.report,
        )


def _is_dead(row: PendingUploadRow) -> bool:
    if row.host != host():
        return now() - row.created > ABANDONED
    return started(row.pid) != row.pid_started
