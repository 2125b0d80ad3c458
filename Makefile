# Every target runs on a fresh machine with Python 3.11 or newer (and Go, where Pulumi can't be had otherwise).
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed

.PHONY: help install up preview destroy down env lint docs picture newcomer sdks release-check test test-fast test-full mutants bench bench-full clean
.DEFAULT_GOAL := help

help: ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' $(MAKEFILE_LIST) | awk -F': ' '{printf "make %-10s %s\n", $$1, $$2}'

up: $(INSTALLED) ## Build an image on the local AWS, name its snapshots, launch from it
	@$(PY) -m dev up

preview: $(INSTALLED) ## Show what `make up` would do
	@$(PY) -m dev preview

destroy: $(INSTALLED) ## Destroy the dev stack, and count what is left in the account
	@$(PY) -m dev destroy

down: $(INSTALLED) ## Stop the local AWS and forget the dev stack; nothing else goes
	@$(PY) -m dev down

env: $(INSTALLED) ## Print the dev stack's environment, for eval "$(make -s env)"
	@$(PY) -m dev env

install: $(INSTALLED) ## Install what the project needs into .venv, which every other target does by itself

lint: $(INSTALLED) ## Formatting, ruff, mypy --strict
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

docs: $(INSTALLED) ## Build the pages of docs/ into .dev/docs
	$(PY) -m sphinx -W --keep-going -q -b html docs .dev/docs
	@echo "built: .dev/docs/index.html"

picture: $(INSTALLED) ## Draw docs/stack.svg from the resource graph of the dev stack; needs Graphviz, and `make up`
	@$(PY) -m dev picture

newcomer: ## Run docs/getting-started.md in a fresh clone, and print how long each step takes
	@$(PYTHON) -m dev.newcomer

sdks: $(INSTALLED) ## Make the SDKs for TypeScript and Go into sdk/, as a publisher does; needs npm and go
	@$(PY) -m dev.sdks

release-check: $(INSTALLED) ## Build what a release would publish into .dev/release, and check it; publishes nothing
	@$(PY) -m dev.release

test: $(INSTALLED) ## All tests, on the real engine and the local AWS
	$(PY) -m dev.engine ensure
	$(PY) -m tests.browser
	$(PY) -m pytest -n 4 --dist loadgroup

test-fast: $(INSTALLED) ## The tests that need no engine
	$(PY) -m pytest -n 2 --dist loadgroup -m "not engine and not slow and not fault"

test-full: test ## The tests that are tries of a fault and the whole campaign, hours; goes on where it was stopped
	$(PY) -m pytest -n 2 --dist loadgroup -m fault --record-faults
	SNAPNAMES_EVERY_KILL=1 SNAPNAMES_WHOLE_STORY=1 $(PY) -m pytest -n 2 --dist loadgroup tests/adoption/test_kills.py tests/adoption/test_team_story.py
	SNAPNAMES_EVERY_PYTHON=1 $(PY) -m pytest tests/package/test_versions.py
	SNAPNAMES_ENGINE=oldest $(PY) -m pytest -n 2 --dist loadgroup tests/main_job
	SNAPNAMES_ENGINE=newest $(PY) -m pytest -n 2 --dist loadgroup tests/main_job
	SNAPNAMES_EVERY_ENGINE=1 $(PY) -m pytest tests/engine/test_old_state.py tests/engine/test_region.py
	SNAPNAMES_EVERY_LANGUAGE=1 $(PY) -m pytest tests/package/test_languages.py tests/package/test_plugin_folder.py tests/package/test_release.py
	SNAPNAMES_EVERY_TARGET=1 $(PY) -m pytest tests/targets/test_naming.py
	seq 0 3 | xargs -P 4 -I K $(PY) -m tests.campaign --part K 4

mutants: $(INSTALLED) ## Change the plain rules in small ways, one at a time, and show the changes that no test sees
	$(PY) -m dev.mutants

bench: $(INSTALLED) ## What it costs, measured in some 50 minutes, into docs/benchmarks.md
	$(PY) -m dev.engine ensure
	$(PY) -m benchmarks

bench-full: $(INSTALLED) ## The same to the end, with 4,000 names, in an hour or two
	$(PY) -m dev.engine ensure
	$(PY) -m benchmarks --scale full

clean: ## Stop the local AWS; remove the virtual environment and what tools left, but no measured results
	@if [ -x $(PY) ]; then $(PY) -m dev down; fi
	rm -rf $(VENV) benchmarks/custodian/.venv .dev/stack .dev/docs .dev/release .dev/sdks .dev/bench/try .dev/mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "$(PYTHON) is Python %d.%d; snapnames needs 3.11 or newer: make PYTHON=<a newer one>" % sys.version_info[:2])'
	@echo "installing the locked packages into $(VENV), about half a minute"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation --editable .
	@touch $@
