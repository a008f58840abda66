# The commands of the workspace. `make help` lists them; SERVICE=challenges narrows lint, types and tests to one package.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed

# In dependency order: libraries, deployables, tools.
SERVICES := identity challenges payments messaging matching notifications
PACKAGES := contracts/messages contracts/chassis $(SERVICES:%=services/%) gateway deploy/sandbox deploy/local
RABBITMQ := /usr/lib/rabbitmq/bin/rabbitmq-server

# $(call first,folder,names): its test files, those of these names before the others.
first = $(2:%=$(1)/test_%.py) $(filter-out $(2:%=$(1)/test_%.py),$(sort $(wildcard $(1)/test_*.py)))

ifdef SERVICE
CHOSEN := $(wildcard services/$(SERVICE) contracts/$(SERVICE) deploy/$(SERVICE) $(filter gateway,$(SERVICE)))
ifeq ($(CHOSEN),)
$(error SERVICE=$(SERVICE): no such package; one of $(notdir $(PACKAGES)))
endif
LINTED := $(CHOSEN)
UNIT := $(wildcard $(CHOSEN:%=%/tests/unit))
MACHINES := $(wildcard $(CHOSEN:%=%/tests/machines))
INTEGRATION := $(wildcard $(CHOSEN:%=%/tests/integration))
E2E := deploy/local/tests/e2e $(call first,tests/e2e,rolling_restart kills)
else
CHOSEN := $(PACKAGES)
LINTED := contracts services gateway deploy tests conftest.py
UNIT := $(wildcard $(PACKAGES:%=%/tests/unit) tests/architecture tests/contracts tests/deploy tests/chaos/unit)
MACHINES := $(wildcard $(PACKAGES:%=%/tests/machines))
INTEGRATION := $(wildcard $(PACKAGES:%=%/tests/integration) tests/integration)
# The longest first, so that none is left to run alone at the end; as files, as pytest takes a file and its folder for the folder.
E2E := deploy/local/tests/e2e $(call first,tests/e2e,rolling_restart kills)
CHAOS := $(call first,tests/chaos/smoke,chaos_smoke chaos_partition)
endif

# Tests start hundreds of processes: without bytecode each of them would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

# `make test` measures the coverage of unit and integration tests (the others run our programs as processes, which are not measured).
PYTEST := $(PY) $(if $(COVERAGE),-m coverage run )-m pytest

.DEFAULT_GOAL := help
.PHONY: help install run test test-unit test-machines test-integration test-e2e test-chaos coverage lint format types imports contracts contracts-write contracts-release demo money bench-money bench-identity bench-reliability chaos chaos-bites bench k8s lock clean rabbitmq

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) rabbitmq ## Virtual environment with pinned dependencies and our packages; RabbitMQ where root may install it

# What an interrupted try left behind counts for nothing, and neither does an environment whose Python is gone.
ifneq ($(shell test -e $(VENV)/.made && $(PY) -c '' 2>/dev/null && echo works),works)
.PHONY: $(VENV)/.made
endif
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed; choose one with make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(call apt,python3-venv,Python's venv module is missing)
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# pip itself first: the one that comes with Python 3.11 takes much longer over the rest, matching every file to the platform.
# Not compiled: most modules are never imported, and each that is is compiled then.
PIP_INSTALL = $(PY) -m pip install --disable-pip-version-check --no-compile --no-deps
$(STAMP): $(VENV)/.made constraints.txt $(PACKAGES:%=%/pyproject.toml)
	@echo "Installing the pinned dependencies (a few minutes the first time)"
	@awk '/^[^ #]/ { wanted = /^pip==/ } wanted' constraints.txt | $(PIP_INSTALL) --quiet --require-hashes --requirement /dev/stdin
	@$(PIP_INSTALL) --require-hashes --requirement constraints.txt
	@echo "Installing our packages"
	@$(PIP_INSTALL) --quiet --no-build-isolation $(PACKAGES:%=--editable %)
	@touch $@

# Not needed where the environment or .env names a broker, or a Docker engine answers.
rabbitmq:
	@test -n "$(OPENCHANCE_AMQP_URL)$(OPENCHANCE_TEST_AMQP_URL)" || grep -qs '^OPENCHANCE_AMQP_URL=.' .env || test -x $(RABBITMQ) || $(call apt,rabbitmq-server,RabbitMQ is missing)

# $(call apt,package,what is missing): installs a package of the system if we may, otherwise says how in one line.
apt = { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing $(1)" && \
	{ DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null 2>&1 || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null; }; }; } || \
	{ echo "$(2): sudo apt-get install --no-install-recommends $(1)"; exit 1; }

run: $(STAMP) ## Start the platform and keep it running until Ctrl-C
	@test -x $(RABBITMQ) || { docker compose version && docker info; } >/dev/null 2>&1 || $(MAKE) --no-print-directory rabbitmq
	@$(PY) -m local_platform up

demo: $(STAMP) ## Walk the core journey against the running platform
	@$(PY) -m local_platform demo

test: install ## Everything CI runs: lint, types, imports, contracts, all tests with coverage
	@rm -f .coverage .coverage.* .failures; began=$$(date +%s); failed=; times=; \
	for step in lint types imports contracts test-unit test-machines test-integration test-e2e test-chaos $(if $(SERVICE),,coverage); do \
		echo "== $$step"; start=$$(date +%s); \
		OPENCHANCE_TEST_FAILURES="$(CURDIR)/.failures" $(MAKE) --no-print-directory COVERAGE=1 $$step || failed="$$failed $$step"; \
		times="$$times $$step $$(( $$(date +%s) - start )) s\n"; \
	done; \
	printf "== time\n$$times total $$(( $$(date +%s) - began )) s\n"; \
	test -z "$$failed" || { cat .failures 2>/dev/null; echo "FAILED:$$failed"; exit 1; }

test-unit: $(STAMP) ## Unit and architecture tests: no servers, no sockets
	@$(if $(UNIT),$(PYTEST) -q -n 2 --dist loadfile $(UNIT),echo "no unit tests here")

test-machines: $(STAMP) ## Random walks against models of what is promised, and crashes at every point: no servers either
	@$(if $(MACHINES),$(PY) -m pytest -q -n 2 --dist loadfile $(MACHINES),echo "no machines here")

# Side by side, a file as a whole, in the order told.
ALONGSIDE := --dist loadfile --no-loadscope-reorder

# Integration tests wait for servers to come back, so one more of them than the cores hold.
test-integration: install ## Tests against a real broker, database and Redis
	@$(if $(INTEGRATION),$(PYTEST) -q -n 3 $(ALONGSIDE) $(INTEGRATION),echo "no integration tests here")

test-e2e: install ## Tests of the whole platform through the gateway
	@$(if $(E2E),$(PY) -m pytest -q -n 2 $(ALONGSIDE) $(E2E),echo "no end-to-end tests here")

test-chaos: install ## The delivery promises under faults: fixed seeds, and the checker without each safeguard
	@$(if $(CHAOS),$(PY) -m pytest -q -n 2 $(CHAOS),echo "no chaos tests here")

coverage: $(STAMP) ## The coverage that make test measured, in a line; file by file in coverage.txt
	@$(PY) -m coverage combine --quiet && { $(PY) -m coverage report --skip-covered --skip-empty >coverage.txt; result=$$?; \
		grep -iE '^TOTAL|fail' coverage.txt; exit $$result; }

lint: $(STAMP) ## ruff: rules and format
	@$(PY) -m ruff check $(LINTED) && $(PY) -m ruff format --check $(LINTED)

format: $(STAMP) ## Let ruff mend what it can
	@$(PY) -m ruff check --fix $(LINTED); $(PY) -m ruff format $(LINTED)

# Source trees only, strictly: tests are read by people and proven by running. One run for all, as the top-level packages' names differ.
types: $(STAMP) ## mypy --strict
	@$(PY) -m mypy --num-workers 2 $(CHOSEN:%=%/src)

imports: $(STAMP) ## import-linter: layers, independence of services, who may see which SDK
	@$(VENV)/bin/lint-imports

contracts: $(STAMP) ## Refuse messages that other versions cannot read, naming the field, and a topology that is not the code's
	@$(PY) -m contracts.schemas check && $(PY) -m chassis.topology check

contracts-write: $(STAMP) ## Bring the published schemas and the topology of the handlers' queues up to date
	@$(PY) -m contracts.schemas write && $(PY) -m chassis.topology write

contracts-release: $(STAMP) ## Freeze the published schemas as a release: VERSION=0.2.0
	@$(PY) -m contracts.schemas release $(VERSION)

chaos: install ## A long run under faults: SEED=1, EVENTS=50000; writes docs/reliability/chaos-seed-1.md
	@$(PY) tests/chaos --seed $(or $(SEED),1) $(if $(EVENTS),--events $(EVENTS)) --report docs/reliability/chaos-seed-$(or $(SEED),1).md

chaos-bites: install ## See the checker fail without each safeguard in turn; writes docs/reliability/chaos-bites.md
	@$(PY) tests/chaos --seed $(or $(SEED),1) --bites --report docs/reliability/chaos-bites.md

money: install ## Send random movements of money through a storm: SAGAS=10000 (on fakes) SANDBOX=1000 SEED=1
	@$(PY) services/payments/tests/money_storm.py --sagas $(or $(SAGAS),10000) --sandbox $(or $(SANDBOX),1000) --seed $(or $(SEED),1)

bench: install ## Measure and write docs/benchmarks.md
	@$(PY) tests/bench

bench-money: install ## Measure funds and releases per second against the sandbox, and where the time of one goes
	@$(PY) tests/bench/money.py

bench-identity: install ## Stuff credentials, flood with sign-ups, time logins and tokens: its section of docs/benchmarks.md
	@$(PY) tests/bench/stuffing.py

bench-reliability: install ## Measure delivery and recovery, and write the figures of docs/reliability.md
	@$(PY) tests/bench/reliability.py

k8s: $(STAMP) ## Render the Kubernetes manifests and check them
	@$(PYTEST) -q tests/deploy

lock: $(STAMP) ## Resolve constraints.in into constraints.txt (UPGRADE=1 moves what is not fixed to its newest version)
	@command -v uv >/dev/null || $(PY) -m pip install --quiet uv
	@PATH="$$PATH:$(CURDIR)/$(VENV)/bin" uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url $(if $(UPGRADE),--upgrade) \
		--custom-compile-command "make lock" constraints.in --output-file constraints.txt

clean: ## Remove the virtual environment, caches and the local platform's data
	@rm -rf $(VENV) .local .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov .coverage .coverage.* .failures coverage.txt
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
