"""Generate the options of a command from the fields of pydantic models.

Type, bounds, choices, default and help of an option are those of the field. The models are imported
when the options are needed, so that ``chainzoo --help`` stays instant.
"""

from __future__ import annotations

import importlib
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import click

from chainzoo.errors import MissingExtraError

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

GENERAL = "Options"
# Ranges show their bounds in the help.
METAVARS: dict[type[Any], str] = {click.IntRange: "INTEGER", click.FloatRange: "FLOAT"}


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """Options from the fields of a pydantic model.

    ``model`` is ``"module:Class"``. ``groups`` maps a heading of the help to names of fields, in
    the order in which they are shown; ``None`` stands for the fields that no other group names.
    Fields in no group, or in ``excluded``, get no option. ``repeatable`` maps a field that holds
    several values to the name of its option, such as ``{"trackers": "tracker"}``.
    ``from_environment`` lets click read the options from the environment as well. ``extra`` is the
    optional dependency that the model needs.
    """

    model: str
    groups: Mapping[str, Sequence[str] | None]
    repeatable: Mapping[str, str] = field(default_factory=dict)
    excluded: Sequence[str] = ()
    from_environment: bool = True
    extra: str = ""

    def build(self) -> Iterator[GroupedOption]:
        """Import the model and build its options.

        Raises:
            MissingExtraError: the model needs packages that are not installed.
        """
        model = self._import()
        for group, names in self.fields_by_group(model).items():
            for name in names:
                flag = self.repeatable.get(name, name)
                info = model.model_fields[name]
                yield build_option(name, flag, info, group, self.from_environment)

    def fields_by_group(self, model: type[BaseModel]) -> dict[str, Sequence[str]]:
        """The names of fields under each heading, ``None`` replaced."""
        named = {name for names in self.groups.values() for name in names or ()}
        others = [name for name in model.model_fields if name not in named]
        return {
            group: [
                name for name in (others if names is None else names) if name not in self.excluded
            ]
            for group, names in self.groups.items()
        }

    def _import(self) -> type[BaseModel]:
        module, _, name = self.model.partition(":")
        try:
            model: type[BaseModel] = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            if not self.extra:
                raise
            raise MissingExtraError(
                f"This command needs {error.name}.",
                remedy=f'Run `pip install "chainzoo[{self.extra}]"`.',
            ) from None
        return model


class GroupedOption(click.Option):
    """An option that the help shows under a heading."""

    def __init__(self, *args: Any, group: str = GENERAL, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group


class ModelCommand(click.Command):
    """A command some of whose options come from pydantic models.

    Generated options of the group ``Options`` are placed before those of the function, because
    they are what most people need.
    """

    def __init__(self, *args: Any, generated: Sequence[ModelOptions] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pending = list(generated)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The parameters; the options are generated at the first call."""
        while self._pending:
            options = list(self._pending.pop(0).build())
            own = [param for param in self.params if isinstance(param, click.Option)]
            arguments = [param for param in self.params if not isinstance(param, click.Option)]
            self.params = [*arguments, *options, *own]
        return super().get_params(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options group by group, the general ones first."""
        groups: dict[str, list[tuple[str, str]]] = {GENERAL: []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and not isinstance(param, click.Argument):
                groups.setdefault(getattr(param, "group", GENERAL), []).append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def build_option(
    name: str, flag: str, info: FieldInfo, group: str, from_environment: bool = True
) -> GroupedOption:
    """Build the option of one field. It is ``None``, or empty, when it is not given."""
    declaration = f"--{flag.replace('_', '-')}"
    annotation = _without_none(info.annotation)
    options: dict[str, Any] = {"multiple": False, "default": None}
    if annotation is bool:
        declaration += f"/--no-{flag.replace('_', '-')}"
    elif typing.get_origin(annotation) is tuple:
        options |= {"multiple": True, "type": _param_type(typing.get_args(annotation)[0], info)}
    else:
        options["type"] = _param_type(annotation, info)
    return GroupedOption(
        [declaration, name],
        help=_help(info),
        metavar=METAVARS.get(type(options.get("type"))),
        group=group,
        allow_from_autoenv=from_environment,
        **options,
    )


def _help(info: FieldInfo) -> str:
    text = (info.description or "").strip().replace("``", "`")
    if info.default in (None, (), "") or info.default_factory is not None or info.is_required():
        return text
    default = info.default
    shown = f"{default:g}" if isinstance(default, float) else str(default)
    return f"{text}  [default: {shown.lower() if isinstance(default, bool) else shown}]"


def _without_none(annotation: Any) -> Any:
    """The type of an optional field; annotations around it are dropped."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _without_none(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = [arg for arg in typing.get_args(annotation) if arg is not type(None)]
        return _without_none(members[0])
    return annotation


def _param_type(annotation: Any, info: FieldInfo) -> click.ParamType[Any]:
    """The type of the values, with the bounds of the field."""
    if typing.get_origin(annotation) is Literal:
        return click.Choice([str(value) for value in typing.get_args(annotation)])
    bounds = _bounds(info)
    if annotation is int:
        return click.IntRange(**bounds) if bounds else click.INT
    if annotation is float:
        return click.FloatRange(**bounds) if bounds else click.FLOAT
    return click.STRING


def _bounds(info: FieldInfo) -> dict[str, Any]:
    """The bounds of a field as arguments of click's ranges."""
    bounds: dict[str, Any] = {}
    for constraint in info.metadata:
        for attribute, bound, open_ in (
            ("ge", "min", False),
            ("gt", "min", True),
            ("le", "max", False),
            ("lt", "max", True),
        ):
            value = getattr(constraint, attribute, None)
            if value is not None:
                bounds |= {bound: value, f"{bound}_open": open_}
    return bounds
