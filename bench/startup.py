"""How fast the command line starts, and that importing brings no torch.

python bench/startup.py
"""

from __future__ import annotations

import subprocess
import sys
import time

seconds = []
for _ in range(5):
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "chainzoo", "--help"], check=True, capture_output=True)
    seconds.append(time.perf_counter() - begun)
code = "import chainzoo, sys; print('torch' in sys.modules)"
brought = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
print(f"chainzoo --help: {sorted(seconds)[2]:.3f} s (median of 5)")
print(f"import chainzoo brings torch: {brought.stdout.strip()}")
