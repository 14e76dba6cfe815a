# Everything a developer or an operator runs. Needs Python 3.11 or newer and make, nothing else.
#
#   PYTHON  the interpreter that makes .venv         make setup PYTHON=python3.13
#   PORT    where `make demo` listens                make demo PORT=8080
#   DATA    where `make demo` keeps its data         make demo DATA=/var/lib/taximeter
#   JOBS    how many tests run at once         make test JOBS=1
#   ARGS    handed on to pytest or the benchmark     make test ARGS="tests/usage -x"

PYTHON ?= python3
PORT ?=
DATA ?=
JOBS ?= 2
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
NODE_SDK := tests/wire/node
AXE := tests/browser/axe
PINS := pyproject.toml constraints.txt
CHECKED := $(wildcard src tests benchmarks)

# The tests start hundreds of processes, and each would compile the package anew.
export PYTHONDONTWRITEBYTECODE :=

# One virtual environment, one writer: `make -j` gains nothing here and must break nothing.
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help setup demo test soak lint format bench screenshots constraints clean

help:
	@echo 'make setup        install into .venv'
	@echo 'make demo         start a server with the worked example    PORT=, DATA='
	@echo 'make test         install what the tests need, run them     ARGS=, JOBS='
	@echo 'make soak         run the tests that take minutes           ARGS='
	@echo 'make lint         style, types and import contracts'
	@echo 'make format       put imports and lines in order'
	@echo 'make bench        run the benchmarks                        ARGS='
	@echo 'make screenshots  take pictures of every page of the dashboard'
	@echo 'make constraints  resolve every version anew'
	@echo 'make clean        remove what these commands made, but no data'

setup: $(VENV)/.installed
	@echo 'Ready: $(BIN)/taximeter'

demo: $(VENV)/.installed
	@$(BIN)/taximeter demo $(if $(PORT),--port '$(PORT)') $(if $(DATA),--data '$(DATA)')

# Most tests wait for a disk, a socket or a process that starts: two at once take little more than half
# the time on two cores. Neighbours stay together, so that what a module shares is made once.
test: $(VENV)/.installed-dev $(NODE_SDK)/node_modules/.installed $(AXE)/node_modules/.installed
	@$(find_chromium)
	@$(BIN)/python -m pytest -n '$(JOBS)' --dist worksteal $(ARGS)

soak: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -m soak $(ARGS)

lint: $(VENV)/.installed-dev
	@echo 'ruff check' && $(BIN)/ruff check --quiet $(CHECKED)
	@echo 'ruff format' && $(BIN)/ruff format --check --quiet $(CHECKED) \
	  || { echo 'not formatted: run make format'; exit 1; }
	@echo 'mypy' && $(BIN)/python -m mypy --no-error-summary $(CHECKED)
	@echo 'import contracts' && report=$$($(BIN)/lint-imports --no-logo --cache-dir .cache/import-linter) \
	  || { echo "$$report"; exit 1; }

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --quiet --fix $(CHECKED); $(BIN)/ruff format $(CHECKED)

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(VENV)/.installed-dev
	@$(find_chromium)
	@$(BIN)/python -m tests.browser.screenshots

# A fresh environment without constraints, so that what it holds is what resolves today.
constraints:
	@$(check_python)
	@rm -rf .cache/constraints && mkdir -p .cache
	@$(PYTHON) -m venv .cache/constraints
	@echo 'Resolving every dependency anew ...'
	@.cache/constraints/bin/python -m pip install -qq --disable-pip-version-check \
	  -e '.[clickhouse,postgres,test,lint,bench]'
	@{ grep '^#' constraints.txt; .cache/constraints/bin/python -m pip freeze --exclude taximeter \
	  | grep -E '^[A-Za-z0-9._-]+==[^ ]+$$'; } > .cache/constraints.txt
	@mv .cache/constraints.txt constraints.txt && rm -rf .cache/constraints
	@echo 'Wrote constraints.txt: read its diff, then run make lint test.'

clean:
	@rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
	@rm -rf $(NODE_SDK)/node_modules $(AXE)/node_modules
	@find src tests $(wildcard benchmarks) -type d -name __pycache__ -prune -exec rm -rf {} +

# The stamps are newer than what they were made from, so a changed pin installs again.

$(VENV)/.installed: $(PINS) | $(BIN)/python
	@echo 'Installing taximeter into $(VENV) (half a minute) ...'
	@$(PIP) -c constraints.txt -e .
	@touch $@

# The tests include the linters: one suite proves that each still fails on a planted error. They run
# the benchmarks too, at their smallest.
$(VENV)/.installed-dev: $(VENV)/.installed
	@echo 'Installing what tests and checks need ...'
	@$(PIP) -c constraints.txt -e '.[test,lint,bench]'
	@touch $@

$(BIN)/python:
	@$(check_python)
	@$(PYTHON) -m venv $(VENV)

# Node is optional; pytest says which tests it skipped for want of it.
$(NODE_SDK)/node_modules/.installed: $(NODE_SDK)/package.json
	@if ! command -v npm > /dev/null; then \
	  echo 'npm not found: the tests that drive the Node SDK are skipped'; \
	else \
	  echo 'Installing the Node SDK ...' \
	  && npm install --prefix $(NODE_SDK) --no-package-lock --no-audit --no-fund --loglevel=error --silent \
	  && touch $@; \
	fi

$(AXE)/node_modules/.installed: $(AXE)/package.json
	@if ! command -v npm > /dev/null; then \
	  echo 'npm not found: the accessibility check is skipped'; \
	else \
	  echo 'Installing the accessibility checker ...' \
	  && npm install --prefix $(AXE) --no-package-lock --no-audit --no-fund --loglevel=error --silent \
	  && touch $@; \
	fi

# Chromium drives the dashboard. Where Debian's packages can be installed it is; elsewhere pytest says
# what it skipped for want of it, and fails in CI.
define find_chromium
named=$${TAXIMETER_TEST_CHROMIUM:-}; \
found=$$(command -v chromium || command -v chromium-browser || command -v google-chrome-stable \
  || command -v google-chrome || true); \
if [ -n "$$named" ]; then echo "Chromium: $$named, as TAXIMETER_TEST_CHROMIUM says"; \
elif [ -n "$$found" ]; then echo "Chromium: $$found, installed already"; \
elif [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
  echo 'Chromium: installing the package with apt-get ...'; \
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } \
    > /dev/null 2>&1 || echo 'Chromium: apt-get could not install it'; \
else echo 'Chromium: not found, and only root can install it with apt-get'; fi
endef

define check_python
command -v '$(PYTHON)' > /dev/null || \
  { echo 'taximeter: there is no $(PYTHON); name one with make PYTHON=...' >&2; exit 1; }; \
'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
  { echo "taximeter: needs Python 3.11 or newer, $(PYTHON) is $$('$(PYTHON)' -V 2>&1); name another with make PYTHON=..." >&2; exit 1; }; \
'$(PYTHON)' -c 'import ensurepip, venv' 2> /dev/null || \
  { echo 'taximeter: $(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
endef
