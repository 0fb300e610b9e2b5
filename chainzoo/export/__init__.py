"""Export tuned models to formats that other programs open.

``export.py`` orchestrates; ``formats/`` has one file a format; ``parity.py`` compares the exported
model with the original; ``sample_rows.py`` chooses the rows that they are compared on.
"""
