# Two commands: `make run` starts the app, `make test` runs every test. Both set themselves up.

PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# A stamp carries the checksum of the pins: a changed file installs again, an unchanged one does not.
RUN_STAMP := $(VENV)/.run-$(shell cat requirements.txt | cksum | cut -d' ' -f1)
DEV_STAMP := $(VENV)/.dev-$(shell cat requirements.txt requirements-dev.txt | cksum | cut -d' ' -f1)

# Whole files' fixtures stay together, and whoever is done takes over from the end of another's list.
COVERAGE := --cov --cov-report=term:skip-covered
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run test test-core test-app check lint types format bench bench-app bench-scale screenshots clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 16

run: $(RUN_STAMP) ## start the app on this machine (PORT=8501)
	@echo "Opening http://127.0.0.1:$(PORT)  (Ctrl+C stops the app)"
	@$(BIN)/python -m streamlit run app.py --server.port $(PORT)

test: test-core test-app ## run everything: numbers, pages, Spark, the app in a real browser

# Watching which lines run doubles the time: the package's own tests must reach them without the app.
test-core: $(DEV_STAMP) ## run the tests of mlm_core, and see which of its lines they reach
	@$(BIN)/python -m pytest tests/core $(SIDE_BY_SIDE) $(or $(ARGS),$(COVERAGE))

test-app: $(DEV_STAMP) ## run all other tests: pages, Spark, the app in a real browser
	@$(BIN)/python -m tests.cluster.java --install >/dev/null
	@CHROMIUM="$$($(BIN)/python -m tests.browser.chromium --install)" \
	  $(BIN)/python -m pytest --ignore tests/core $(SIDE_BY_SIDE) $(ARGS)

check: lint types ## lint, types and the quick tests (no browser, no Spark, nothing slow)
	@$(BIN)/python -m pytest -q $(SIDE_BY_SIDE) -m "not browser and not cluster and not slow" $(ARGS)

lint: $(DEV_STAMP) ## look for mistakes and unformatted files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEV_STAMP) ## check the types of mlm_core
	@$(BIN)/mypy

format: $(DEV_STAMP) ## format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(DEV_STAMP) ## time the fits beside other programs (benchmarks/)
	@$(PIP) install --quiet --requirement benchmarks/requirements.txt --constraint requirements-dev.txt
	@$(BIN)/python -m benchmarks $(ARGS)

bench-app: $(DEV_STAMP) ## time how long people wait for the app's pages
	@CHROMIUM="$$($(BIN)/python -m tests.browser.chromium --install)" \
	  $(BIN)/python -m benchmarks.app_times $(ARGS)

bench-scale: $(DEV_STAMP) ## time fits of growing tables, up to 1e8 rows (benchmarks/SCALE.md)
	@$(BIN)/python -m benchmarks.scale $(ARGS)

screenshots: $(DEV_STAMP) ## photograph every screen, light, dark and for a class (screenshots/)
	@CHROMIUM="$$($(BIN)/python -m tests.browser.chromium --install)" \
	  $(BIN)/python -m tests.browser.screenshots $(ARGS)

clean: ## remove what the commands above have made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage tests/browser/artifacts screenshots

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "Python is missing: install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	       "Name another: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing. On Debian or Ubuntu:  sudo apt install python3-venv"; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): | $(BIN)/python
	@echo "Installing the app's packages into $(VENV) (once; about a minute) ..."
	@$(PIP) install --quiet --requirement requirements.txt
	@rm -f $(VENV)/.run-* && touch $@

$(DEV_STAMP): | $(BIN)/python
	@echo "Installing the app's packages and the test tools into $(VENV) (once; about a minute) ..."
	@$(PIP) install --quiet --requirement requirements-dev.txt
	@rm -f $(VENV)/.dev-* $(VENV)/.run-* && touch $@ $(RUN_STAMP)
