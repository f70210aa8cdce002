# What newcomers run, and CI. Everything installed goes into .venv, as the lock files say.
BIN := .venv/bin
# A .venv whose Python is gone is no use; one without a stamp was not finished. Both are made anew.
$(shell $(BIN)/python -c '' 2>/dev/null || rm -f .venv/*.stamp)
PYTHON ?= $(if $(wildcard .venv/*.stamp),$(BIN)/python,python3)
PORT ?= 8000
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test soak bench load lint audit sbom lock messages screenshots python chromium proxies

run: .venv/run.stamp # the site on this machine, with the founding data
	@$(BIN)/python manage.py run --port "$(PORT)"

test: .venv/dev.stamp chromium proxies # every test: on SQLite, on PostgreSQL, in Chromium
	env -u DATABASE_URL $(BIN)/pytest -n 2 --dist worksteal -m "not browser and not soak"
	$(BIN)/python -m tests.postgresql pytest -n 2 --dist worksteal -m "not browser and not soak"
	env -u DATABASE_URL $(BIN)/pytest -n 2 --dist worksteal -m "browser and not soak"

soak: .venv/dev.stamp proxies # the proofs that take long
	env -u DATABASE_URL $(BIN)/pytest -m soak
	$(BIN)/python -m tests.postgresql pytest -m soak

bench: .venv/dev.stamp # the catalogue and the downloads beside the alternatives, at four sizes; N=10000 for one
	$(BIN)/python -m bench $(N)
	$(BIN)/python -m bench.exports $(N)

load: .venv/dev.stamp # 50 clients for ten minutes on 100,000 proposals, into bench/LOAD.md
	$(BIN)/python -m bench.load $(N)

lint: .venv/dev.stamp audit # style, types, templates, settings, migrations, known holes
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy people proposals alerts accounts lianghui bench supply manage.py
	$(BIN)/djlint templates --lint --quiet
	LIANGHUI_ENV=production ALLOWED_HOSTS=example.org DATABASE_URL=sqlite:////nonexistent EMAIL_URL=none \
		SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_hex(64))') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

audit: .venv/dev.stamp # known holes in what is locked; a service that cannot be asked is named and fails nothing
	@$(BIN)/python -m supply.audit

sbom: .venv/dev.stamp # what the site is made of, as CycloneDX in var/sbom.json, and docs/licences.md
	$(BIN)/python -m supply.sbom

lock: .venv/dev.stamp # the lock files, from pyproject.toml; UPGRADE=--upgrade takes the newest versions
	$(LOCK) $(UPGRADE) -o requirements.lock
	$(LOCK) $(UPGRADE) --group dev -c requirements.lock -o requirements-dev.lock
	@echo "What the site is made of may have changed: make sbom, and read docs/licences.md"

messages: .venv/run.stamp # the Chinese interface: collects what there is to translate, compiles what is translated
	@command -v msgfmt >/dev/null || { echo "make messages needs gettext: apt-get install gettext" >&2; exit 1; }
	$(BIN)/python manage.py makemessages --locale zh_Hans --ignore .venv --ignore var
	$(BIN)/python manage.py compilemessages --ignore .venv --ignore var

screenshots: .venv/dev.stamp chromium # the pictures in docs/screenshots, of a site with the founding data
	env -u DATABASE_URL $(BIN)/python -m tests.screenshots

.venv/run.stamp: requirements.lock | python
	@$(install)
	@touch $@

.venv/dev.stamp: requirements-dev.lock | python # holds all that requirements.lock holds
	@$(install)
	@touch $@ .venv/run.stamp

define install
ls .venv/*.stamp >/dev/null 2>&1 || { rm -rf .venv && $(PYTHON) -m venv .venv; }
rm -f .venv/*.stamp
echo "Installing $< into .venv: once, about a minute ..."
$(BIN)/pip install -qq --require-hashes -r $<
endef

python: # the version, before anything is made with it
	@found=$$($(PYTHON) --version 2>&1) || found="not found"; case "$$found" in \
		"Python 3.1"[1-9]* | "Python 3."[2-9][0-9]*) ;; \
		*) echo "Lianghui needs Python 3.11 or newer, and $(PYTHON) is $$found. Choose another: make run PYTHON=python3.12" >&2; exit 1 ;; esac
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
		|| { echo "$(PYTHON) cannot make a .venv, ensurepip is missing: apt-get install python3-venv" >&2; exit 1; }

chromium:
	@sh tests/browser/chromium.sh

proxies:
	@sh tests/machines/proxies.sh
