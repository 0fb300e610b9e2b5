"""What an inspection infers of every file of a folder: task, text, label, verdict.

python bench/inspect_files.py [--data FOLDER] [--quick]
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import harness

from chainzoo.data.inspection import inspect_data
from chainzoo.errors import ChainZooError

NOT_DATA = ("readme", "license", "expect")


def line_of(path: Path) -> str:
    """Return the task, columns and verdict of a file, or the error of reading it."""
    try:
        inspection = inspect_data(path)
    except ChainZooError as error:
        return f"error | | {error.message if hasattr(error, 'message') else error}"
    columns = ", ".join(f"{what} {name}" for what, name in inspection.columns.items())
    warnings = " ".join(inspection.warnings)
    return f"{inspection.task} | {columns} | {inspection.verdict} {warnings}".strip()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each file."""
    folder = harness.BenchmarkParser(__doc__).parse_args(arguments).data
    print("file | task | columns | verdict")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.lower().startswith(NOT_DATA):
            print(f"{path.relative_to(folder)} | {line_of(path)}", flush=True)


if __name__ == "__main__":
    main()
