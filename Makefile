# `make run` starts a demonstration, `make test` checks everything. Neither asks a question.

PORT ?= 8000
VENV := .venv
PYTHON := $(VENV)/bin/python
SYSTEM_PYTHON := $(shell command -v python3.11 || command -v python3)
PIP_COMPILE := $(VENV)/bin/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.PHONY: help run test check format bench mutants proofs faults screenshots requirements messages clean

help:
	@echo "make run           start a demonstration on http://127.0.0.1:$(PORT)/"
	@echo "make test          install what the tests need, then run every check and test"
	@echo "make check         formatting, lint and types only;  make format mends the first two"
	@echo "make bench         measure what the documents in docs/ state;  make mutants  break the law on purpose"
	@echo "make screenshots   pictures of every kind of page, wide, narrow, dark, in forced colors, in Chinese and printed"
	@echo "make proofs        try to tamper with the record and to mislead its verifier, at length"
	@echo "make faults        kill servers and databases, cut the power, fill the disk, at length"
	@echo "make requirements  pin requirements.in and requirements-dev.in again"
	@echo "make messages      collect what is to be translated, and compile the translations"

# ------------------------------------------------------------------------------------------------ environments

$(VENV)/made:
	@$(SYSTEM_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed."; exit 1; }
	@$(SYSTEM_PYTHON) -c 'import ensurepip, venv' 2>/dev/null || .ci/debian-packages python3-venv
	$(SYSTEM_PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run-installed: requirements.txt | $(VENV)/made
	$(PYTHON) -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/test-installed: requirements-dev.txt | $(VENV)/made
	$(PYTHON) -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/run-installed

# ------------------------------------------------------------------------------------------------ run

run: export WIZARD_DEMO := 1
run: $(VENV)/run-installed
	$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) manage.py collectstatic --no-input --verbosity 0
	$(PYTHON) manage.py setup_demo
	@echo
	@echo "The AI Diffusion Wizard is at http://127.0.0.1:$(PORT)/ - sign in with one click as sales, legal or administrator."
	@echo "Ctrl-C stops it. What you enter stays in var/."
	@echo
	exec $(VENV)/bin/granian --interface wsgi --host 127.0.0.1 --port $(PORT) --workers 2 --blocking-threads 4 \
		--log-level warning config.wsgi:application

# ------------------------------------------------------------------------------------------------ test

test: $(VENV)/test-installed
	tests/run

check: $(VENV)/test-installed
	tests/run check

format: $(VENV)/test-installed
	$(VENV)/bin/ruff check --fix-only --quiet
	$(VENV)/bin/ruff format

bench: $(VENV)/test-installed
	$(PYTHON) -m benchmarks.interview_length
	$(PYTHON) -m benchmarks.reasoning
	$(PYTHON) -m benchmarks.documents
	$(PYTHON) -m benchmarks.wizard_step

mutants: $(VENV)/test-installed
	$(PYTHON) -m tests.rules.mutation

screenshots: $(VENV)/test-installed
	$(PYTHON) -m tests.browser.screenshots var/screenshots
	@echo "The pictures are in var/screenshots/."

proofs: export DJANGO_SETTINGS_MODULE := tests.settings
proofs: $(VENV)/test-installed
	$(PYTHON) -m tests.proofs

faults: $(VENV)/test-installed
	@command -v strace >/dev/null && ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || .ci/debian-packages strace postgresql
	$(PYTHON) -m tests.faults

requirements: $(VENV)/test-installed
	$(PIP_COMPILE) --output-file requirements.txt requirements.in
	$(PIP_COMPILE) --output-file requirements-dev.txt requirements-dev.in

messages: export WIZARD_DEMO := 1
messages: $(VENV)/run-installed
	@command -v msgmerge >/dev/null || .ci/debian-packages gettext
	$(PYTHON) manage.py makemessages --locale zh_Hans --no-wrap --no-obsolete --add-location file \
		--ignore "$(VENV)/*" --ignore "tests/*" --ignore "var/*"
	$(VENV)/bin/pybabel --quiet compile --directory wizard/locale --domain django

clean:
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
