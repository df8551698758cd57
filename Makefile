# Everything that is done with this repository by hand. `make` alone lists it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# A Python 3.11+ to use instead of the one that is found.
PYTHON ?=
# Test processes.
WORKERS ?= 2
# Passed on: make run ARGS="--port 4000", make test ARGS="-k refresh".
ARGS ?=

export PYTHON PYTHONUNBUFFERED = 1
bin := .venv/bin
code := $(wildcard src tests examples bench sdk/client)
lists := requirements/build.txt requirements/runtime.txt

##@ Use
.PHONY: run
run: .venv/.runtime ## Start the server on http://localhost:3001, data in ./data (needs Python 3.11+, nothing else)
	@$(bin)/narthex serve $(ARGS)

##@ Work on it
.PHONY: setup
setup: .venv ## Install everything for development: Python packages, PostgreSQL, Chromium, Node.js
	@tools/setup-tests

.venv: .venv/.development ## The Python packages alone

.PHONY: test
test: setup ## Run all tests but the long ones, on SQLite and PostgreSQL, with a real browser
	@$(bin)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

.PHONY: test-long
test-long: setup ## Run the long tests: statistics, full sizes, many processes
	@$(bin)/pytest -n $(WORKERS) --dist worksteal -m long -o faulthandler_timeout=1800 $(ARGS)

.PHONY: check
check: setup ## Check format, lint, types, import order and the house rules (tests/house)
	$(bin)/ruff format --check
	$(bin)/ruff check
	$(bin)/mypy $(code)
	@# Two packages are called logto: the one of the index, which tests use, and ours, which is checked by itself.
	MYPYPATH=sdk/compat/src $(bin)/mypy --cache-dir .mypy_cache/compat sdk/compat
	$(bin)/lint-imports --no-logo
	$(bin)/pytest tests/house --no-header -q

.PHONY: format
format: .venv ## Put the code in form, repair what ruff can repair
	$(bin)/ruff format
	$(bin)/ruff check --fix

.PHONY: bench
bench: setup ## Measure the budgets of docs/architecture.md against the floor of this machine
	@$(bin)/python -m bench $(ARGS)

.PHONY: docs
docs: setup ## Write the OpenAPI document; check the pages under docs/: links, and the reference pages against the code
	@$(bin)/python -m narthex.management_api docs/reference/management-api.openapi.json
	@$(bin)/pytest tests/house/test_documentation.py --no-header -q

.PHONY: lock
lock: .venv ## Write requirements/*.txt and package-lock.json anew (ARGS=--upgrade takes newer versions)
	@tools/lock $(ARGS)

.PHONY: clean
clean: ## Remove what tools made: .venv, node_modules, caches (never ./data)
	rm -rf .venv build dist tests/node/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## Show this
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z.-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# Stamps: a list that did not change is not installed again.
.venv/bin/python:
	@tools/make-venv

.venv/.runtime: $(lists) pyproject.toml src/narthex/__init__.py | .venv/bin/python
	@echo "Installing what Narthex needs into .venv ..."
	@tools/install build runtime
	@tools/install-package
	@touch $@

.venv/.development: $(lists) requirements/dev.txt pyproject.toml src/narthex/__init__.py | .venv/bin/python
	@echo "Installing what development needs into .venv ..."
	@tools/install build dev
	@tools/install-package
	@touch .venv/.runtime $@
