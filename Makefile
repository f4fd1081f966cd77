# Kamkor: every task of the house. `make` alone lists them.

PYTHON ?= python3.11
ARGS ?=
k ?=

VENV := .venv
PY := $(VENV)/bin/python
# `make -s` also silences the programs that set things up.
export KAMKOR_QUIET := $(findstring s,$(firstword -$(MAKEFLAGS)))
export PYTHON

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help base setup demo run fmt check test slow story shots drill-start crash controls probe mutants bench release clean-clone ci

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

base:
	@tools/setup.sh base

setup: ## environment in .venv, with what tests and checks need
	@tools/setup.sh dev

demo: base ## build the demo oblast and serve it (ARGS="--once", "--no-serve", "--fresh")
	@exec $(VENV)/bin/kamkor demo $(ARGS)

run: base ## serve what stands in KAMKOR_DATA, without demo data
	@exec $(VENV)/bin/kamkor serve $(ARGS)

fmt: setup ## format the code and order its imports
	$(PY) -m ruff check --fix-only --quiet .
	$(PY) -m ruff format .

check: setup ## style, types, import contracts, the house's own rules, translations, made pages
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-logo --no-cache
	$(PY) tools/messages.py check
	$(PY) tools/documents.py check
	$(PY) -m pytest -q tests/architecture

test: setup ## all tests (k="words of a test's name" for some)
	@tools/need_chromium.sh
	@$(PY) tools/run_tests.py $(if $(k),-k "$(k)") $(ARGS)

slow: setup ## the tests that take minutes and are asked before a release
	@$(PY) tools/run_tests.py --slow -m slow $(ARGS)

story: setup ## the service's day as sentences, printed from a run
	@$(PY) tools/story.py $(ARGS)

shots: setup ## the pictures of the README and the documents
	@tools/need_chromium.sh
	@$(PY) tools/shots.py $(ARGS)

drill-start: setup ## stop and kill the embedded server, and start it again (ARGS="--rounds 5")
	@$(PY) tools/drill_start.py $(ARGS)

crash: setup ## kill the database in mid-write: nothing acknowledged may be lost (ROUNDS=5, SEED=)
	@$(PY) tools/crash.py $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED))

controls: setup ## break the product in each listed way; the named test must fail
	@$(PY) tools/controls.py $(ARGS)

probe: setup ## whether any door shows what is not due (N=, SEED=), each lock alone before
	@$(PY) tools/probe.py

mutants: setup ## change the access rules in each small way; the matrix must notice (ONLY=name)
	@$(PY) tools/mutants.py

bench: setup ## each page and count against its limit, in one run (ONLY=row, SIZE=small, SEED=)
	@$(PY) bench/run.py

release: setup ## what takes too long for ci, into docs/release.md (ARGS="--resume", "browser")
	@tools/need_chromium.sh
	@$(PY) tools/release.py $(ARGS)

clean-clone:
	@tools/clean_clone.sh

ci: check test crash clean-clone ## check, test, five crashes, and the demo once from a clean clone
