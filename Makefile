# Targets of Delega; `make` alone lists them.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: help install demo test lint check proofs bench bench-http fuzz policy screenshots video lock translations clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: .venv/.runtime ## the command line: .venv/bin/delega

demo: .venv/.runtime ## serve a demo on 127.0.0.1:8000 (PORT=8001, KEEP=1 keeps its data)
	@exec $(BIN)/delega demo --port $(PORT) $(if $(KEEP),--keep)

test: .venv/.dev ## run all tests
	@$(BIN)/pytest -q -n auto --dist loadfile

lint: .venv/.dev ## style, types, imports, policy
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/delega policy check

check: lint ## lint, and all tests with their coverage
	@rm -f .coverage .coverage.*
	@$(BIN)/coverage run -m pytest -q
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report --fail-under=95
	@$(BIN)/coverage report --include='authz/*' --fail-under=100

proofs: .venv/.dev ## the long proofs, whole (CI runs a seeded tenth)
	@$(BIN)/python -m tests.proofs.prove_all_legal_sets
	@$(BIN)/python -m tests.proofs.prove_freshness
	@$(BIN)/python -m tests.proofs.prove_races
	@$(BIN)/python -m tests.proofs.prove_every_door
	@$(BIN)/python -m tests.proofs.prove_engine

bench: .venv/.dev ## measure everything in one run: tables, and var/bench.json (ARGS="--only rows")
	@$(BIN)/python -m tests.benchmarks $(ARGS)

bench-http: .venv/.dev ## measure decisions over HTTP in one run: tables, and var/bench-http.json (ARGS="--quick")
	@$(BIN)/python -m tests.benchmarks.http $(ARGS)

fuzz: .venv/.dev ## ask the engine and casbin the same at random (SECONDS=600 SEED=7)
	@$(BIN)/python -m tests.authz.engine.fuzz --seconds $(or $(SECONDS),600) $(if $(SEED),--seed $(SEED))

policy: .venv/.runtime ## lint the policy files and run their cases
	@$(BIN)/delega policy check

screenshots: .venv/.dev ## take the pictures of the guide and of docs/screenshots anew
	@$(BIN)/python -m tests.webapp.story.pictures

video: .venv/.dev ## film a walk through the panel: var/video/walk-it.webm (LANGUAGES="it en")
	@$(BIN)/python -m tests.webapp.story.film $(or $(LANGUAGES),it)

translations: .venv/.dev ## compile the Italian catalogues
	@for po in webapp/translations/it/LC_MESSAGES/*.po; do \
		$(BIN)/pybabel -q compile -l it -i $$po -o $${po%.po}.mo; done

lock: ## write the lock files anew
	$(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-find-links --no-emit-index-url --no-emit-trusted-host -o requirements.lock requirements.in
	$(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-find-links --no-emit-index-url --no-emit-trusted-host -o requirements-dev.lock requirements-dev.in

clean: ## forget the virtual environment and the demo
	rm -rf .venv var

.venv/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -m venv .venv
	@echo "installing what the panel runs on (once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "installing what the tests run on (once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
