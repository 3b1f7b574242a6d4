# `make demo` and `make test` are all a newcomer needs: each makes the virtual environment and installs what it uses.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
# Numba's threads must not spin while they wait: on a shared machine that costs more than the work itself.
export OMP_WAIT_POLICY := passive

.PHONY: demo test test-all coverage prove bench-quick lint format lock clean

demo: $(VENV)/.run
	$(BIN)/signals compare braunschweig --seeds 3 --out runs/demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto -m "not slow"

test-all: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto

# Kernels are measured as the plain Python they are.
coverage: $(VENV)/.dev
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest tests/model tests/safety tests/control -n auto -m "not slow and not sumo" \
		--cov=signals.model --cov=signals.safety --cov=signals.control --cov-branch \
		--cov-report=term-missing:skip-covered --cov-fail-under=100

# What the guard promises, tried at length: minutes on two cores.
prove: $(VENV)/.dev
	$(BIN)/python benchmarks/safety/prove.py
	$(BIN)/python benchmarks/safety/fuzz.py --ticks 1e8
	$(BIN)/python benchmarks/safety/mutate.py

# The benchmark cut down to minutes: every part of it runs, and no controller may break a rule.
bench-quick: $(VENV)/.dev
	$(BIN)/signals bench --suite quick --out runs/bench-quick

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "signals needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the simulator and the package into $(VENV) (about 450 MB, once)"
	$(PIP) --require-hashes --only-binary :all: -r requirements.lock
	$(PIP) --no-build-isolation --no-deps --editable .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(PIP) --require-hashes --only-binary :all: -r requirements-dev.lock
	touch $@

lock: $(VENV)/.dev
	$(PIP) uv
	$(BIN)/uv pip compile pyproject.toml --extra sumo --extra data --group build --universal --python-version 3.11 \
		--generate-hashes --no-strip-extras --no-header --no-annotate --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra sumo --extra data --group build --group test --group lint --group bench \
		--universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --no-annotate --quiet \
		--constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) runs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find signals tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
