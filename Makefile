# Everything a developer or a newcomer types. Needs Python 3.11 with venv, make and git; nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
# The linters load Django's settings; nothing is opened with these.
SETTINGS := CALLCENTER_ROLE=migrate REDIS_URL=redis://127.0.0.1:1/0 \
  SECRET_KEY=nothing-is-signed-with-this-key-it-only-lets-settings-load \
  KEY_ENCRYPTION_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
  DATABASE_URL_MIGRATE=postgres://nobody@127.0.0.1:1/none DATABASE_URL_KEYS_MIGRATE=postgres://nobody@127.0.0.1:1/none

.PHONY: help install browser demo shell test test-isolation test-api test-faults test-nightly types lint format migrations messages demo-check screenshots bench bench-delivery bench-volume provision clean

help:
	@echo "make demo            start everything; prints the address and the logins"
	@echo "make shell ROLE=…    a shell with the running demo's environment of one role"
	@echo "make browser         find a Chromium for the tests in a browser, or install one"
	@echo "make test            all tests on real, throw-away services"
	@echo "make test-isolation  the proofs of isolation at full length, with their controls"
	@echo "make test-api        2,500 generated requests to the running processes"
	@echo "make test-faults     processes and servers killed at every step of an order, programs that fail in every way"
	@echo "make test-nightly    the same, ten times as long"
	@echo "make lint            ruff, mypy, import-linter, templates, migrations"
	@echo "make format          write the code in the house's style"
	@echo "make migrations      make migrations for changed models"
	@echo "make messages        collect the texts to translate"
	@echo "make demo-check      200 calls and 5 in Chromium through a demo of its own, measured and judged"
	@echo "make screenshots     the pictures of README and docs"
	@echo "make bench           200 calls with faults through every process"
	@echo "make bench-delivery  our delivery beside Celery, taskiq and pgqueuer; writes docs/performance.md"
	@echo "make bench-volume    what ten million orders a month mean for the tables"
	@echo "make provision       make roles and databases in a PostgreSQL of your own (DATABASE_URL_ADMIN)"
	@echo "make clean           forget the environment and the demo's data"

install: $(STAMP) $(CATALOGUES)

$(STAMP): requirements-dev.txt requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version)'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv \
	  && $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $(STAMP)

%.mo: %.po $(STAMP)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale $(notdir $(patsubst %/LC_MESSAGES/,%,$(dir $<)))

demo: install
	@$(BIN)/python -m callcenter.embedded.demo $(DEMO)

shell: install
	@$(BIN)/python -m callcenter.embedded.shell $(ROLE)

browser: install
	@$(BIN)/python -m tests.browser

test: install
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder $(TESTS)

test-isolation: install
	ISOLATION_REQUESTS=10000 ISOLATION_STATEMENTS=20000 ISOLATION_CONTROLS=1 $(BIN)/python -m pytest tests/isolation

test-api: install
	API_CASES=2500 $(BIN)/python -m pytest tests/api/test_generated.py

test-faults: install
	FAULTS=full $(BIN)/python -m pytest -s tests/faults

test-nightly: install
	FAULTS=full ISOLATION_REQUESTS=100000 ISOLATION_STATEMENTS=200000 ISOLATION_CONTROLS=1 $(BIN)/python -m pytest

types: install
	$(SETTINGS) $(BIN)/mypy

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(SETTINGS) $(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --quiet --lint templates
	$(SETTINGS) $(BIN)/python -W ignore manage.py makemigrations --check --dry-run

format: install
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

migrations: install
	$(SETTINGS) $(BIN)/python -W ignore manage.py makemigrations

messages: install
	@mkdir -p var
	$(BIN)/python -m babel.messages.frontend -q extract -F babel.cfg -k gettext_lazy -k gettext_noop -k ngettext_lazy:1,2 \
	  -k pgettext_lazy:1c,2 --no-location -o var/django.pot callcenter orders billing integrations templates
	$(BIN)/python -m babel.messages.frontend -q update -i var/django.pot -d locale -D django -l ru --no-fuzzy-matching \
	  --ignore-obsolete --ignore-pot-creation-date -w 120

demo-check: install browser
	@$(BIN)/python -m bench.demo $(CHECK)

screenshots: install browser
	@$(BIN)/python -m bench.demo.screenshots

bench: install
	$(BIN)/python -m pytest -s bench/path.py

# Other delivery engines live in an environment of their own. BENCH=--short is one short round.
bench-delivery: install
	@test -x var/bench-venv/bin/python || $(PYTHON) -m venv var/bench-venv
	@$(BIN)/uv pip install --quiet --python var/bench-venv/bin/python -r requirements-bench.txt
	$(BIN)/python -m pytest -s bench/delivery $(BENCH)

bench-volume: install
	$(BIN)/python -m pytest -s bench/volume.py

provision: install
	$(BIN)/python manage.py provision

clean:
	@test ! -e $(STAMP) || $(BIN)/python -m callcenter.embedded.demo --forget
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis
