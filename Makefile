# Everything a newcomer needs. `make help` lists it.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
ARGS ?=

export PYTHON
export PATH := $(CURDIR)/$(BIN):$(PATH)
# These commands are for working on Songwright; a site sets DEBUG=0 and a SECRET_KEY of its own (docs/configuration.md).
export DEBUG ?= 1
export NUMBA_CACHE_DIR ?= $(CURDIR)/var/numba

.DEFAULT_GOAL := help
.PHONY: help check-machine run test lint format bench evaluate heard shell logs pins clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'

check-machine:
	@bash scripts/check-machine

run: check-machine ## prepare what changed, start portal and worker, print the address
	@$(PYTHON) scripts/prepare.py run
	@exec $(BIN)/python scripts/serve.py

test: check-machine ## prepare what changed, run every test; ARGS="-k brief" goes to pytest
	@$(PYTHON) scripts/prepare.py test
	$(BIN)/python -m pytest -n 2 $(ARGS)

lint: check-machine ## formatting, lint, types, import rules
	@$(PYTHON) scripts/prepare.py lint
	ruff format --check .
	ruff check .
	shellcheck .ci/run scripts/check-machine scripts/install-chromium
	mypy .
	lint-imports

format: ## format the code and mend what lint can mend by itself
	ruff format .
	ruff check --fix .

bench: check-machine ## time the work; ARGS="--quick" for a first look
	@$(PYTHON) scripts/prepare.py run
	$(BIN)/python scripts/bench.py $(ARGS)

evaluate: check-machine ## judge what is composed, by genre; ARGS="--moods 1" for a first look
	@$(PYTHON) scripts/prepare.py run
	$(BIN)/python scripts/evaluate.py $(ARGS)

heard: check-machine ## listen to tracks for the tempo, key and length that were asked
	@$(PYTHON) scripts/prepare.py run
	$(BIN)/python scripts/heard.py $(ARGS)

shell: ## a Python prompt inside the project
	$(BIN)/python manage.py shell

logs: ## follow what portal and worker write
	tail -n 20 -F var/log/portal.log var/log/worker.log

pins: ## write constraints.txt from what is installed
	@{ sed -n 1p constraints.txt; $(BIN)/pip freeze | sed 's/+cpu$$//'; } > var/constraints.txt
	@mv var/constraints.txt constraints.txt

clean: ## remove everything that make brought: .venv, node_modules, var
	rm -rf .venv node_modules var static/vendor .pytest_cache .ruff_cache .mypy_cache .import_linter_cache
