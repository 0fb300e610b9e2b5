"""Fifty files that cannot be read or trained on, each malformed in its own way.

python bench/malformed.py [--quick]    write them to a temporary folder and print each error
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from chainzoo.data.read import read_table
from chainzoo.data.table import check_trainable
from chainzoo.errors import DataError

ROWS = "".join(f"some text number {at},{'ab'[at % 2]}\n" for at in range(20))
LINES = "".join(
    json.dumps({"text": f"text {at}", "label": "ab"[at % 2]}) + "\n" for at in range(12)
)
CONLL = "Tim B-PER\nspoke O\n\nBerlin B-LOC\nis O\nbig O\n\n"


def doccano_line(*spans: object) -> str:
    """Return a line of doccano's format with these spans."""
    return json.dumps({"text": "Tim Cook spoke", "label": list(spans)}) + "\n"


def files() -> dict[str, bytes]:
    """Return the contents of the files by name."""
    texts = {
        "blank.csv": " \n\n \n",
        "header.csv": "text,label\n",
        "ragged.csv": "text,label\n" + ROWS + "one,two,three,four\n",
        "short-row.csv": "text,label\n" + ROWS + "alone\n",
        "open-quote.csv": "text,label\n" + ROWS + '"never closed,a\n' + ROWS,
        "one-column.csv": "text\n" + "".join(f"only text {at}\n" for at in range(20)),
        "one-label.csv": "text,label\n" + "".join(f"text {at},a\n" for at in range(20)),
        "no-labels.csv": "text,label\n" + "".join(f"text {at},\n" for at in range(20)),
        "no-texts.csv": "text,label\n" + "".join(f",{'ab'[at % 2]}\n" for at in range(20)),
        "few.csv": "text,label\nfine,a\nbad,b\n",
        "unique.csv": "text,label\n" + "".join(f"text {at},label {at}\n" for at in range(40)),
        "nan.csv": "text,label\n" + "".join(f"text {at},nan\n" for at in range(20)),
        "prose.csv": "This is no table.\nIt is a letter\nand nothing else.\n",
        "header.tsv": "text\tlabel\n",
        "ragged.tsv": "text\tlabel\n" + ROWS.replace(",", "\t") + "a\tb\tc\n",
        "semicolons.csv": "text;label\n" + ROWS.replace(",", ";") + "a;b;c;d\n",
        "cut.jsonl": LINES + '{"text": "cut',
        "comma.jsonl": LINES + '{"text": "a" "label": "b"}\n',
        "number.jsonl": LINES + "42\n",
        "strings.jsonl": '"only a string"\n' * 20,
        "no-label.jsonl": '{"text": "a"}\n' * 20,
        "null.jsonl": '{"text": null, "label": null}\n' * 20,
        "one-label.jsonl": '{"text": "a", "label": "b"}\n' * 20,
        "empty-objects.jsonl": "{}\n" * 20,
        "single-quotes.jsonl": "{'text': 'a', 'label': 'b'}\n" * 20,
        "cut.json": '[{"text": "a", "label": "b"}, {"text"',
        "empty-list.json": "[]",
        "empty-object.json": "{}",
        "scalar.json": "42",
        "string.json": '"text"',
        "uneven.json": '{"text": ["a", "b"], "label": ["x"]}',
        "numbers.json": "[1, 2, 3]",
        "deep.json": "[" * 5000,
        "no-tags.conll": "Tim\nspoke\n\nBerlin\n\n",
        "ragged.conll": CONLL + "Tim NNP B-PER\n" + CONLL,
        "no-tag-here.conll": CONLL * 5 + "Tim\n\n",
        "bad-tag.conll": CONLL * 30 + "Tim PERSON\n\n",
        "only-docstart.conll": "-DOCSTART- -X- O O\n\n",
        "no-entity.conll": "Tim O\nspoke O\n\n" * 20,
        "outside.jsonl": doccano_line([0, 99, "PER"]) * 12,
        "negative.jsonl": doccano_line([-3, 4, "PER"]) * 12,
        "backwards.jsonl": doccano_line([8, 3, "PER"]) * 12,
        "empty-span.jsonl": doccano_line([3, 3, "PER"]) * 12,
    }
    contents = {name: text.encode() for name, text in texts.items()}
    contents["empty.csv"] = b""
    contents["binary.csv"] = bytes(range(256)) * 20
    contents["zeros.csv"] = b"text,label\n" + b"a\0b,c\n" * 20
    contents["picture.csv"] = b"\x89PNG\r\n\x1a\n" + bytes(500)
    contents["cut.parquet"] = b"PAR1" + bytes(100)
    contents["not.xlsx"] = b"PK\x03\x04" + bytes(100)
    contents["half.csv"] = b"\xff\xfe" + "text,label\n".encode("utf-16-le") + b"\x00\xd8\x41"
    return contents


def write(folder: Path) -> list[Path]:
    """Write the fifty files and return their paths."""
    for name, content in files().items():
        (folder / name).write_bytes(content)
    return sorted(folder.iterdir())


def error_of(path: Path) -> DataError | None:
    """Return the error of reading a file to train on it; ``None`` if there is none."""
    try:
        check_trainable(read_table(path))
    except DataError as error:
        return error
    return None


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files to a temporary folder and print each error."""
    import harness  # Not at the top: the tests import this module for its files.

    harness.BenchmarkParser(__doc__).parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        for path in write(Path(folder)):
            print(error_of(path) or f"{path}: READ WITHOUT AN ERROR")


if __name__ == "__main__":
    main()
