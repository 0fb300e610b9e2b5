PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME := $(CURDIR)/.demo-home
# One thread for each of two processes: threads that wait for each other spin on a busy machine.
TEST_ENVIRONMENT := HF_HUB_OFFLINE=1 CHAINZOO_TEST_HOME=$(DEMO_HOME) OMP_NUM_THREADS=1

.PHONY: demo test coverage check bench brain clean

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch==2.13.0 --editable '.[dev]'
	touch $@

demo: $(VENV)/.installed
	CHAINZOO_HOME=$(DEMO_HOME) HF_HUB_OFFLINE=1 $(BIN)/python examples/demo.py

test: $(VENV)/.installed
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest --numprocesses 2 --dist worksteal

coverage: $(VENV)/.installed
	$(TEST_ENVIRONMENT) $(BIN)/python -m pytest --numprocesses 2 --dist worksteal --cov --cov-report=term:skip-covered

check: $(VENV)/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed
	$(BIN)/python bench/agent.py brain/dev.jsonl
	$(BIN)/python bench/bot.py clinc
	$(BIN)/python bench/bot.py covid
	for script in startup malformed banking77 prediction_speed tuning_speed conll2003 semeval xquad bitext selection tool_calls engine monitor recommender server_load; do $(BIN)/python bench/$$script.py || exit 1; done

brain: $(VENV)/.installed
	CHAINZOO_HOME=$(DEMO_HOME) HF_HUB_OFFLINE=1 $(BIN)/python brain/build.py
	CHAINZOO_HOME=$(DEMO_HOME) HF_HUB_OFFLINE=1 $(BIN)/python bench/agent.py brain/dev.jsonl

clean:
	rm -rf $(VENV) $(DEMO_HOME) .mypy_cache .ruff_cache .pytest_cache
