# make demo: the whole system on this machine, with a simulated street     make test: every check and test
# make setup: only the set-up                                             make check: linters and types only
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Most of what is installed is never imported: Python compiles the rest when it is, which takes a tenth of the time
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt
# Optional extras that `make setup` adds, e.g. `make setup EXTRAS=ultralytics`
EXTRAS ?=
# Test processes side by side: one more than there are cores, as tests also wait for live streams and processes
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(max(2, os.cpu_count() or 1) + 1)')
# Compiled once and kept: not anew in each test process and each server that a test starts
unexport PYTHONDONTWRITEBYTECODE
comma := ,

.PHONY: setup demo test check pytest clean

setup: $(VENV)/.ready$(EXTRAS)  ## Make .venv and install what the lock file names.

# A machine without a desktop lacks libGL, which opencv-python wants and its headless twin does not.
$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one: make PYTHON=python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	$(BIN)/python -c 'import cv2' 2>/dev/null || $(PIP) --no-deps --force-reinstall opencv-python-headless
	touch $@

$(VENV)/.ready$(EXTRAS): $(VENV)/.installed
	$(PIP) -e '.[test$(if $(EXTRAS),$(comma)$(EXTRAS))]'
	touch $@

demo: $(VENV)/.installed  ## Run the main job: broker, server, edge and a simulated street. ARGS='--source FILE' for your own video.
	$(BIN)/anninh demo $(ARGS)

check: setup  ## Style, types, and who may import whom.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup  ## Every check and test, side by side; what is not installed here is skipped with its reason.
	@$(MAKE) --no-print-directory --jobs=2 check pytest || \
		{ echo 'make test: what failed stands above: a check, tests, or both'; exit 1; }

pytest: setup
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

clean:  ## Remove the environment and the demo's data.
	rm -rf $(VENV) var
