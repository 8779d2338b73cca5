# Everything a fresh machine needs: `make demo` (the tour) and `make test` (all tests).
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# A venv that was never finished is thrown away; an unfinished mark says that packages were going in.
UNFINISHED := .venv/.unfinished
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header \
  --no-emit-index-url --no-emit-find-links
# uv trusts whom the machine trusts, as pip does: a practice's own proxy or mirror among them.
export UV_SYSTEM_CERTS ?= true
# uv leaves packages uncompiled: without .pyc files each process would compile thousands of modules anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install lock demo test test-heavy lint format bench bench-advice bench-peers bench-scale docs serve clean

help: ## list these targets
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(READY) ## install the locked packages into .venv

$(READY): requirements.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Preclear needs Python 3.11 or later, and '$(PYTHON)' is not one; name it, for example: make install PYTHON=python3.12" >&2; exit 1; }
	@if [ -e $(UNFINISHED) ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then rm -rf .venv; fi
	@test -d .venv || $(PYTHON) -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; \
	  echo "'$(PYTHON) -m venv' does not work here; on Debian and Ubuntu install it with: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing the locked packages into .venv ..."
	@touch $(UNFINISHED)
	@{ $(PIP) install --require-hashes -r requirements-uv.lock \
	    && $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock requirements-uv.lock \
	    && $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable . ; } \
	  || { echo "uv cannot be used here; pip takes about a minute ..." \
	    && $(PIP) install --require-hashes -r requirements.lock \
	    && $(PIP) install --no-deps --no-build-isolation --editable . ; }
	@rm -f $(UNFINISHED)
	@touch $@

lock: $(READY) ## resolve all lock files but uv's anew from pyproject.toml
	@$(COMPILE) --extra train --extra dev --output-file requirements.lock pyproject.toml
	@$(COMPILE) --constraints requirements.lock --extra postgres --extra tracing --output-file requirements-serve.lock pyproject.toml
	@$(COMPILE) --constraints requirements.lock --extra peers --output-file requirements-peers.lock pyproject.toml

demo: $(READY) ## invent a practice, train on it, score five claims over HTTP, explain one
	@$(BIN)/preclear demo

test: $(READY) ## run all tests but the heavy ones (ten minutes at most)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not heavy"

test-heavy: $(READY) ## run the heavy tests: large worlds, browsers, long fuzzing
	@$(BIN)/python -m pytest -n 2 --dist loadscope -m "heavy and not alone" || [ $$? -eq 5 ]
	@$(BIN)/python -m pytest -m "heavy and alone" || [ $$? -eq 5 ]

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

bench-advice: $(READY) ## whether advice, reasons and silence are true, on three unseen worlds (a quarter of an hour)
	@$(BIN)/python -m benchmarks advice

bench-scale: $(READY) ## a million claims of five lines beside a quarter of them (half an hour)
	@$(BIN)/python -m benchmarks scale

bench-peers: $(READY) ## install CatBoost, XGBoost and EBM, and compare (half an hour); OPTIONS="--quick" for minutes
	@{ $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-peers.lock ; } \
	  || $(PIP) install --require-hashes -r requirements-peers.lock
	@$(BIN)/python -m benchmarks peers $(OPTIONS)

docs: $(READY) ## build the documentation into build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

serve: $(READY) ## serve the champion model on http://127.0.0.1:8000
	@$(BIN)/preclear serve

clean: ## remove what was built (not var/ and mlruns/, which hold your models and audit log)
	rm -rf .venv build dist demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
