SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8000
export PYTHON
# Compiled once rather than by each of the hundreds of processes that tests start.
unexport PYTHONDONTWRITEBYTECODE

manage := .venv/bin/python manage.py
pip := .venv/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes

.PHONY: help
help: ## List these targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 22

.PHONY: run
run: export PORT := $(PORT)
run: .venv/.run.stamp ## Set everything up and serve the portal with demo data (PORT=8000)
	@scripts/dev_env.sh
	@mkdir -p var
	@$(manage) migrate --verbosity 0
	@$(manage) demo
	@$(manage) collectstatic --noinput --verbosity 0
	@$(manage) draw_manuals
	@exec scripts/serve.sh

# Tests and checks need no .env; the key is no secret and signs nothing that lasts.
quick test check bench screenshots manuals sheet: export ENVIRONMENT := test
quick test check bench screenshots manuals sheet: export SECRET_KEY := only-for-tests-and-checks-never-for-a-server-0123456789
quick test check bench screenshots manuals sheet: export DATABASE_URL := sqlite:///$(CURDIR)/var/test.sqlite3

.PHONY: quick
quick: .venv/.dev.stamp ## Run the fast tests on SQLite (ARGS="-k name")
	@mkdir -p var/static
	@.venv/bin/pytest -n auto -m "not browser and not slow and not postgresql" --hypothesis-profile=quick $(ARGS)

.PHONY: test
test: packages-test .venv/.dev.stamp ## Run every test on SQLite and PostgreSQL, in a real browser too
	@scripts/test.sh

.PHONY: check
check: .venv/.dev.stamp ## Check format, lint, types, imports, migrations and deployment settings
	@mkdir -p var
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(manage) makemigrations --check --dry-run
	scripts/check_deploy.sh

.PHONY: bench
bench: packages-test .venv/.dev.stamp ## Measure speed and memory as ratios (ARGS=pdf for one part)
	@scripts/with_postgres.sh .venv/bin/python -m bench $(ARGS)

.PHONY: screenshots
screenshots: packages-test .venv/.dev.stamp ## Take the pictures in docs/screenshots anew
	@mkdir -p var/static docs/screenshots
	@SCREENSHOTS=docs/screenshots .venv/bin/pytest tests/journeys

.PHONY: sheet
sheet: packages-test .venv/.dev.stamp ## Put pictures of every state on one page, var/sheet/index.html
	@rm -rf var/sheet
	@mkdir -p var/static var/sheet
	@SCREENSHOTS=var/sheet SCREENSHOTS_DARK=1 .venv/bin/pytest tests/journeys/test_access.py || failed=yes; \
		.venv/bin/python scripts/sheet/build.py var/sheet; [ -z "$${failed:-}" ]

.PHONY: manuals
manuals: packages-test .venv/.dev.stamp ## Take the manuals' pictures of the portal anew, and draw the manuals
	@mkdir -p var/static
	@MANUAL_PICTURES=yes .venv/bin/pytest tests/journeys/test_manuals.py
	@$(manage) migrate --verbosity 0
	@$(manage) draw_manuals

.PHONY: observatory
observatory: packages-run .venv/.run.stamp ## Score sign-in, panel and admin as MDN's HTTP Observatory does (needs Node)
	@scripts/observatory/run.sh

.PHONY: lighthouse
lighthouse: packages-test .venv/.run.stamp ## Score the road's pages as Lighthouse does (needs Node)
	@scripts/lighthouse/run.sh

.PHONY: html
html: .venv/.dev.stamp ## Check and weigh every page's HTML with the Nu checker (needs Node and Java)
	@scripts/html/run.sh

.PHONY: sbom
sbom: .venv/.dev.stamp ## Write the bill of materials to var/sbom.json (CycloneDX)
	@mkdir -p var
	@.venv/bin/cyclonedx-py requirements requirements.txt --output-file var/sbom.json
	@echo "Wrote var/sbom.json"

.PHONY: lock
lock: .venv/.dev.stamp ## Compile the .in files into locks (ARGS=--upgrade for newer versions)
	@for name in requirements requirements-dev; do \
		.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header $(ARGS) $$name.in -o $$name.txt; \
	done

.PHONY: clean
clean: ## Remove the virtualenv, caches, collected files and the development database
	rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

.PHONY: packages-run packages-test
packages-run packages-test:
	@scripts/system_packages.sh $(@:packages-%=%)

# A changed lock starts the virtualenv over, so that it never holds more than the lock names.
.venv/.run.stamp: requirements.txt | packages-run
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 1; }
	@echo "Preparing the virtualenv .venv"
	@$(PYTHON) -m venv --clear .venv
	@$(pip) -r requirements.txt
	@touch $@

.venv/.dev.stamp: .venv/.run.stamp requirements-dev.txt
	@echo "Adding what tests and checks need"
	@$(pip) -r requirements.txt -r requirements-dev.txt
	@touch $@
