"""The fifteen tools. Names and arguments are a contract; each is thin over :class:`chainzoo.Zoo`."""

from __future__ import annotations

# Tools that wait for a person's approval before they run.
REQUIRES_APPROVAL = ("tune_model", "stop_run", "predict_file", "promote_model", "delete_model")

NAMES = (
    "find_models",
    "inspect_data",
    "compare_models",
    "tune_model",
    "run_status",
    "stop_run",
    "evaluate_model",
    "predict",
    "predict_file",
    "list_models",
    "describe_model",
    "promote_model",
    "delete_model",
    "index_documents",
    "search_documents",
)
