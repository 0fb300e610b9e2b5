"""Options that are generated from pydantic models: type, bounds, choices, default, help, groups."""

from __future__ import annotations

from typing import Any, Literal

import click
import pytest
from pydantic import BaseModel, Field

from chainzoo.cli.commands.sweep import sweep
from chainzoo.cli.commands.tuning import passed, tune
from chainzoo.cli.model_options import GENERAL, ModelCommand, ModelOptions, build_option
from chainzoo.cli.options import READ_OPTIONS, READING, RECIPE
from chainzoo.data import ReadOptions
from chainzoo.errors import MissingExtraError
from chainzoo.tuning import Recipe
from chainzoo.tuning.recipe import READ_FIELDS

# Fields of a recipe that no option sets; none today.
WITHOUT_OPTION: frozenset[str] = frozenset()


class Example(BaseModel):
    """A model with one field of each kind."""

    name: str | None = Field(None, description="The name.")
    method: Literal["fast", "slow"] = Field("fast", description="How.")
    steps: int = Field(10, ge=1, lt=100, description="Number of steps.")
    rate: float | None = Field(None, gt=0, le=1, description="The ``rate``.")
    quiet: bool = Field(False, description="Print nothing.")
    tags: tuple[Literal["a", "b"], ...] = Field((), description="Tags.")


@pytest.fixture
def command() -> ModelCommand:
    options = ModelOptions(
        f"{__name__}:Example",
        groups={GENERAL: ("name", "steps"), "More": ("method", "rate", "quiet", "tags")},
        repeatable={"tags": "tag"},
    )
    return ModelCommand("example", generated=(options,), params=[click.Option(["--own"])])


def parse(command: click.Command, *arguments: str) -> dict[str, Any]:
    return passed(command.make_context("example", list(arguments)).params)


def test_values_have_the_type_of_their_field(command: ModelCommand) -> None:
    arguments = ("--name", "x", "--steps", "3", "--rate", "0.5", "--quiet", "--tag", "b")
    assert parse(command, *arguments, "--method", "slow") == {
        "name": "x",
        "steps": 3,
        "rate": 0.5,
        "quiet": True,
        "tags": ("b",),
        "method": "slow",
    }
    assert parse(command, "--no-quiet") == {"quiet": False}
    assert parse(command) == {}, "what is not given is left to the model's default"


@pytest.mark.parametrize(
    "arguments", [("--steps", "0"), ("--steps", "100"), ("--rate", "0"), ("--method", "odd")]
)
def test_bounds_and_choices_are_those_of_the_field(
    command: ModelCommand, arguments: tuple[str, str]
) -> None:
    with pytest.raises(click.BadParameter):
        parse(command, *arguments)


def test_help_shows_description_default_and_groups(command: ModelCommand) -> None:
    text = command.get_help(click.Context(command, terminal_width=100))
    general, more = text.split("More:")
    assert "--steps INTEGER  Number of steps.  [default: 10]  [1<=x<100]" in general
    assert "--own TEXT" in general
    assert "--method [fast|slow]" in more
    assert "The `rate`.  [0<x<=1]" in more


def test_a_model_of_an_extra_that_is_not_installed_names_the_remedy() -> None:
    options = ModelOptions("no_such_package:Settings", {GENERAL: ("x",)}, extra="serve")
    with pytest.raises(MissingExtraError, match=r'pip install "chainzoo\[serve\]"'):
        list(options.build())


@pytest.mark.parametrize("command", [tune, sweep], ids=["tune", "sweep"])
def test_every_field_of_a_recipe_has_an_option(command: click.Command) -> None:
    names = [param.name for param in command.get_params(click.Context(command))]
    assert len(names) == len(set(names))
    assert set(Recipe.model_fields) - set(names) == WITHOUT_OPTION


def test_fields_that_are_in_no_group_are_those_of_reading() -> None:
    assert set(RECIPE.fields_by_group(Recipe)[READING]) == set(READ_FIELDS)


def test_every_field_of_the_read_options_has_an_option() -> None:
    assert READ_OPTIONS.fields_by_group(ReadOptions) == {READING: list(ReadOptions.model_fields)}


@pytest.mark.parametrize("model", [Recipe, ReadOptions], ids=["Recipe", "ReadOptions"])
def test_every_option_has_a_help_text(model: type[BaseModel]) -> None:
    for name, info in model.model_fields.items():
        assert build_option(name, name, info, GENERAL).help, name


def test_options_of_tune_make_the_recipe() -> None:
    arguments = (
        "a.csv --method full --epochs 2 --lr-scheduler cosine --warmup-ratio 0.1 --seed 7"
        " --lora-target-module query --lora-target-module value --no-header --tracker tensorboard"
    )
    values = parse(tune, *arguments.split())
    recipe = Recipe.of(**{name: values[name] for name in Recipe.model_fields if name in values})
    assert recipe == Recipe(
        method="full",
        epochs=2,
        lr_scheduler="cosine",
        warmup_ratio=0.1,
        seed=7,
        lora_target_modules=("query", "value"),
        header=False,
        trackers=("tensorboard",),
    )


def test_an_option_can_be_set_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINZOO_TUNE_EPOCHS", "2.5")
    monkeypatch.setenv("CHAINZOO_TUNE_METHOD", "head")
    context = tune.make_context(
        "tune", ["a.csv", "--method", "lora"], auto_envvar_prefix="CHAINZOO_TUNE"
    )
    assert (context.params["epochs"], context.params["method"]) == (2.5, "lora")
