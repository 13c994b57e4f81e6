# nescio: `make run` is all that is needed. Everything else is listed by `make help`.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
BIN := .venv/bin
SETUP := $(PYTHON) tools/setup.py
PEERS := build/peers/venv

.DEFAULT_GOAL := help
.PHONY: run setup test test-slow lint bench bench-peers clean help

run: setup ## set up what is missing, then serve page and API on 127.0.0.1:8080
	@exec $(BIN)/nescio serve $(ARGS)

setup: ## everything that run does, except serving; TORCH=1 installs torch even where it is a CUDA build
	@$(SETUP) $(if $(TORCH),--torch)

test: ## all tests but the slow ones
	@$(SETUP) --for test
	@$(BIN)/python -m pytest -m "not slow" $(ARGS)

test-slow: ## the tests that need the 1.5B model or minutes
	@$(SETUP) --for test-slow
	@$(BIN)/python -m pytest -m slow $(ARGS)

lint: ## style, types, import rules and container files
	@$(SETUP) --for lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/check_containers.py

bench: ## measure what this machine does: one line a benchmark
	@$(SETUP) --for test-slow
	@set -e; for script in benchmarks/*.py; do $(BIN)/python $$script; done

bench-peers: ## compare with semantic-router, in an environment of its own below build/
	@$(SETUP) --for test
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers/requirements.txt
	@$(BIN)/python -m benchmarks.peers.run --peer-python $(PEERS)/bin/python $(ARGS)

clean: ## remove the environment and all caches; models and logs stay
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
