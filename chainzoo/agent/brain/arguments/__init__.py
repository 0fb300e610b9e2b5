"""The arguments of a call, from what a request mentions and from what was mentioned before."""

from __future__ import annotations

from collections.abc import Callable

from chainzoo.agent.brain.arguments.catalog_and_data import (
    compare_models,
    find_models,
    inspect_data,
)
from chainzoo.agent.brain.arguments.common import BuiltArguments
from chainzoo.agent.brain.arguments.documents import index_documents, search_documents
from chainzoo.agent.brain.arguments.models import (
    delete_model,
    describe_model,
    evaluate_model,
    list_models,
    predict,
    predict_file,
    promote_model,
)
from chainzoo.agent.brain.arguments.runs import run_status, stop_run, tune_model
from chainzoo.agent.brain.dialogue_state import DialogueState
from chainzoo.agent.brain.mentions import ParsedRequest

# One function for each tool, by its name.
BUILDERS: dict[str, Callable[[ParsedRequest, DialogueState], BuiltArguments]] = {
    build.__name__: build
    for build in (
        find_models,
        inspect_data,
        compare_models,
        tune_model,
        run_status,
        stop_run,
        evaluate_model,
        predict,
        predict_file,
        list_models,
        describe_model,
        promote_model,
        delete_model,
        index_documents,
        search_documents,
    )
}

__all__ = ["BUILDERS"]
