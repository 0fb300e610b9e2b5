"""How fast the command line starts, and whether importing the package imports torch.

python bench/startup.py [--quick]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

import harness

REPETITIONS = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the median time of ``chainzoo --help``, and what ``import chainzoo`` imports."""
    options = harness.BenchmarkParser(__doc__).parse_args(arguments)
    repetitions = 1 if options.quick else REPETITIONS
    seconds = []
    for _ in range(repetitions):
        started_at = time.perf_counter()
        command = [sys.executable, "-m", "chainzoo", "--help"]
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - started_at)
    code = "import chainzoo, sys; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    print(f"chainzoo --help: {statistics.median(seconds):.3f} s (median of {repetitions})")
    print(f"import chainzoo imports torch: {done.stdout.strip()}")


if __name__ == "__main__":
    main()
