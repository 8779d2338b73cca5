# Everything a fresh machine needs: `make demo` (the tour) and `make test` (all tests).
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help install demo test test-heavy lint format bench serve clean

help: ## list these targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(READY) ## install the locked packages into .venv

$(READY): requirements.lock requirements-uv.lock pyproject.toml
	@echo "Installing the locked packages into .venv ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock 2>/dev/null \
	  || $(BIN)/python -m pip install --require-hashes -r requirements-uv.lock
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock requirements-uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## invent a practice, train on it, score five claims over HTTP, explain one
	@$(BIN)/preclear demo

test: $(READY) ## run all tests but the heavy ones (ten minutes at most)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not heavy"

test-heavy: $(READY) ## run the heavy tests: large worlds, browsers, long fuzzing
	@$(BIN)/python -m pytest -m heavy

lint: $(READY) ## ruff, mypy strict and the layers of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(READY) ## let ruff format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: $(READY) ## measure, side by side in one run, and print ratios
	@$(BIN)/python -m benchmarks

serve: $(READY) ## serve the champion model on http://127.0.0.1:8000
	@$(BIN)/preclear serve

clean: ## remove what was built (not var/ and mlruns/, which hold your models and audit log)
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
