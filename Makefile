# Tillroll in two commands: `make demo` runs the main job, `make test` proves it. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# Any Python 3.11 will do; PL/Python needs the same minor version as the environment.
PYTHON ?= $(firstword $(foreach python,python3.11 python3 python,$(shell \
	$(python) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && command -v $(python))))
VENV := .venv
BIN := $(VENV)/bin
STATE := $(CURDIR)/.warehouse

# One stamp for each state of what decides the environment, the clone's place included: a moved clone is set up anew.
STAMP := $(VENV)/.ready-$(shell { sed '/^\[tool/,$$d' pyproject.toml; cat constraints.txt; echo $(CURDIR); } | cksum | cut -d' ' -f1)
EXAM_STAMP := $(subst .ready,.ready-exam,$(STAMP))
BENCH_STAMP := $(subst .ready,.ready-bench,$(STAMP))
TRAIN_STAMP := $(subst .ready,.ready-train,$(STAMP))

LLAMA := llama-cpp-python==$(shell sed -n 's/^llama[-_]cpp[-_]python==//p' constraints.txt)
# Built for the native processor, llama.cpp crashes on machines with AMX at its first decode. Its parts for images and
# chat are half of the work and no use here; llama-cpp-python forces the latter on, so a file must shadow the variable.
LLAMA_FLAGS := -DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF -DCMAKE_PROJECT_INCLUDE
WHEELS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/tillroll/wheels

PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PYTEST := $(BIN)/python -m pytest
export DAGSTER_HOME := $(STATE)/dagster
export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1

.PHONY: help
help: ## list the commands
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do
		printf '  make %-16s %s\n' "$$name" "$$text"
	done

# Set-up -------------------------------------------------------------------------------------------------------------

.PHONY: setup
setup: $(STAMP) ## build the environment in .venv; does nothing when it stands

$(STAMP):
	@umask 022
	$(check_prerequisites)
	mkdir -p $(VENV)
	# A killed set-up may have left its pip at work: wait for it instead of writing beside it.
	exec 9<pyproject.toml; ! command -v flock >/dev/null || flock 9
	if ! $(BIN)/python -c 'import sys, pip; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null \
		|| ! grep -qsF '$(CURDIR)/$(VENV)' $(BIN)/pip; then
		echo '1/3 making $(VENV) with $(PYTHON)'
		'$(PYTHON)' -m venv --clear $(VENV)
	fi
	$(install_llama)
	echo '3/3 installing the other packages'
	$(PIP) install -q --progress-bar off -c constraints.txt setuptools
	$(PIP) install -c constraints.txt --no-build-isolation -e '.[platform,test,dev]' >$(VENV)/install.log 2>&1 &
	$(call wait_for,packages,$$(grep -c '^Collecting' $(VENV)/install.log || true) fetched) || {
		tail -n 15 $(VENV)/install.log >&2
		echo 'Installing the packages failed; the lines above say why.' >&2
		exit 1
	}
	rm -f $(VENV)/.ready-*
	touch $@
	echo 'The environment stands in $(VENV).'

define check_prerequisites
	if [ -z '$(PYTHON)' ]; then
		echo 'Python 3.11 is missing: install it (Debian: apt-get install python3.11 python3.11-venv) or say make PYTHON=/path/to/python3.11.' >&2
		exit 1
	fi
	if ! '$(PYTHON)' -c 'import venv, ensurepip' 2>/dev/null; then
		echo 'Python 3.11 comes without venv and ensurepip here: install them (Debian: apt-get install python3.11-venv).' >&2
		exit 1
	fi
	if ! command -v "$${CXX:-c++}" >/dev/null && ! command -v g++ >/dev/null && ! command -v clang++ >/dev/null; then
		echo 'A C++ compiler is missing, which builds llama.cpp: install one (Debian: apt-get install g++).' >&2
		exit 1
	fi
	library='import glob, sys, sysconfig; print(*(path for folder in (sysconfig.get_config_var("LIBDIR"), sys.base_prefix + "/lib") for path in glob.glob(f"{folder}/libpython3.11.so.1.0")))'
	if [ -z "$$('$(PYTHON)' -c "$$library")" ] \
		&& ! { PATH=$$PATH:/sbin:/usr/sbin; ldconfig -p 2>/dev/null; } | grep -q 'libpython3\.11\.so\.1\.0'; then
		echo 'Note: the SQL functions need libpython3.11.so.1.0 (Debian: apt-get install libpython3.11); all else works without.' >&2
	fi
endef

# Tell every 15 seconds that the job in the background is still at work, then give back its exit code.
define wait_for
job=$$!; seconds=0
	while kill -0 $$job 2>/dev/null; do
		sleep 1; seconds=$$((seconds + 1))
		if [ $$((seconds % 15)) = 0 ]; then echo "    ... $(1): $$seconds s $(2)"; fi
	done
	wait $$job
endef

# The wheel is kept below the user's cache folder, so that the next clone need not build it. pip's own cache will not
# do: it does not know with which flags a wheel was built, and would bring back a native one.
LLAMA_CACHE = '$(WHEELS)'/"$$(echo '$(LLAMA) $(LLAMA_FLAGS)' | cksum | cut -d' ' -f1)-$$(uname -m)"

define install_llama
	cache=$(LLAMA_CACHE)
	wheel=$$(find "$$cache" -name '*.whl' 2>/dev/null | head -n 1 || true)
	if [ -z "$$wheel" ]; then
		echo '2/3 building $(LLAMA) from source, once for this machine: 2 to 5 minutes'
		build=$$(mktemp -d $(CURDIR)/$(VENV)/llama.XXXXXX)
		echo 'set(LLAMA_BUILD_COMMON OFF)' >"$$build/lean.cmake"
		CMAKE_ARGS="$(LLAMA_FLAGS)=$$build/lean.cmake" $(PIP) wheel -v --no-cache-dir --no-deps --no-binary llama-cpp-python \
			-w "$$build" '$(LLAMA)' >"$$build/log" 2>&1 &
		$(call wait_for,llama.cpp,$$(grep -o '^ *\[[0-9]*/[0-9]*\]' "$$build/log" | tail -n 1 || true)) || {
			tail -n 30 "$$build/log" >&2
			echo 'Building $(LLAMA) failed; the lines above say why.' >&2
			exit 1
		}
		mkdir -p "$$cache" 2>/dev/null && cp "$$build"/*.whl "$$cache/" || echo "    (not kept: $$cache cannot be written)"
		wheel=$$(find "$$build" -name '*.whl')
	else
		echo "2/3 taking $$(basename "$$wheel") from $$cache"
	fi
	$(PIP) install -q --progress-bar off -c constraints.txt "$$wheel"
	rm -rf $(VENV)/llama.*
endef

.PHONY: exam-setup bench-setup train-setup
exam-setup: $(EXAM_STAMP) ## add the pretrained base and what else the exam compares with; no torch

$(EXAM_STAMP): $(STAMP)
	@$(PIP) install --progress-bar off -c constraints.txt --no-build-isolation -e '.[platform,test,dev,exam]'
	touch $@

bench-setup: $(BENCH_STAMP) ## add the parsers that the benchmark races with, and what draws its picture

$(BENCH_STAMP): $(STAMP)
	@$(PIP) install -q --progress-bar off -c constraints.txt --no-build-isolation -e '.[platform,test,dev,bench]'
	touch $@

train-setup: $(TRAIN_STAMP) ## add torch and the rest of what udf/train needs

$(TRAIN_STAMP): $(STAMP)
	@echo 'adding torch and the rest of what training needs'
	$(PIP) install -q --progress-bar off -c constraints.txt --no-build-isolation -e '.[platform,test,dev,train]'
	touch $@

# What udf/train/pipeline.sh reads: MINUTES, HIDDEN, LAYERS, HEADS, RATE, SEED, THREADS, START, TEACHER_LABELS.
RUN ?= runs/tiny

.PHONY: train train-quick test-train lora exam mutants
train: train-setup ## train the tiny compiler from nothing for MINUTES (60), prove it and ship it into udf/model
	@PYTHON=$(BIN)/python udf/train/pipeline.sh '$(RUN)'

train-quick: train-setup ## prove every stage of train in two minutes and throw the result away
	@QUICK=1 PYTHON=$(BIN)/python udf/train/pipeline.sh

test-train: train-setup ## run the tests that need torch
	@$(PYTEST) tests/model/test_training.py tests/browser/test_model_ui.py

lora: train-setup ## train the pretrained base for MINUTES (60): the specialist that the exam compares with
	@$(BIN)/python -m udf.train.fit.lora runs/specialist --minutes $(or $(MINUTES),60)
	install -m 644 -t udf/train/specialist runs/specialist/adapter.safetensors runs/specialist/run.json

exam: exam-setup ## examine the shipped model, the rules by themselves and two larger models: tables, runs/exam/exam.json and .png
	@$(BIN)/python -m udf.train.exam.evaluate

mutants: setup ## plant faults in the rules and count those that the model notices (FAULTS, 600): runs/exam/mutants.json
	@$(BIN)/python -m udf.train.exam.mutants $(if $(FAULTS),--faults $(FAULTS)) --report runs/exam/mutants.json

# The warehouse -------------------------------------------------------------------------------------------------------

.PHONY: up down status backup restore
up: setup ## start the warehouse (or take the one that PGHOST names) and write .warehouse/env
	@$(BIN)/python -m dagster_project.warehouse up

down: ## stop the embedded warehouse
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m dagster_project.warehouse down

status: ## say how everything is: warehouse, versions, what is pending, last Gold, Dagster, disk; JSON=1 for a program
	@$(BIN)/python -m dagster_project.status $(if $(JSON),--json)

# A path with blanks comes from the environment, as LANDING's does.
export FILE
backup: setup ## write all of the warehouse to FILE (tillroll.dump)
	@$(BIN)/python -m dagster_project.warehouse backup --file "$${FILE:-tillroll.dump}"

restore: setup ## bring FILE (tillroll.dump) back into an empty warehouse
	@$(BIN)/python -m dagster_project.warehouse restore --file "$${FILE:-tillroll.dump}"

# The main job --------------------------------------------------------------------------------------------------------

PORT ?= 3000

.PHONY: demo ui
demo: up ## compile the files of LANDING (seeds/edi) into sell-through and show it
	@. '$(STATE)/env'
	install -D -m 644 dagster_project/dagster.yaml "$$DAGSTER_HOME/dagster.yaml"
	TILLROLL_LANDING="$${LANDING:-seeds/edi}" exec $(BIN)/python -m dagster_project.demo

ui: up ## open Dagster on http://localhost:3000 (PORT), which watches the folder landing (LANDING)
	@. '$(STATE)/env'
	install -D -m 644 dagster_project/dagster.yaml "$$DAGSTER_HOME/dagster.yaml"
	export TILLROLL_LANDING="$${LANDING:-$${TILLROLL_LANDING:-landing}}"
	export PATH="$(CURDIR)/$(BIN):$$PATH"
	# Started by a script in the background, it would hear of no signal.
	exec $(BIN)/python -m dagster_project.ui --port $(PORT)

# For those who read Gold ---------------------------------------------------------------------------------------------

DOCS_PORT ?= 8580

.PHONY: docs
docs: up ## describe every model, column and test on http://localhost:8580 (DOCS_PORT; empty: only write the pages)
	@. '$(STATE)/env'
	cd dbt
	../$(BIN)/dbt --quiet docs generate --static --profiles-dir .
	echo 'One file that holds all of it: dbt/target/static_index.html'
	[ -z '$(DOCS_PORT)' ] || exec ../$(BIN)/dbt docs serve --profiles-dir . --host 127.0.0.1 --port $(DOCS_PORT) --no-browser

# Superset wants other versions of half of our packages: an environment of its own, where its pins name all of it.
BI_VENV := .venv-bi
BI_PINS := dagster_project/bi/requirements.txt
BI_STAMP := $(BI_VENV)/.ready-$(shell { cat $(BI_PINS); echo $(CURDIR); } | cksum | cut -d' ' -f1)
BI_PORT ?= 8088

.PHONY: bi-setup bi bi-down
bi-setup: $(BI_STAMP) ## install Superset into .venv-bi, an environment of its own: 800 MB, some three minutes

$(BI_STAMP): $(STAMP)
	@umask 022
	mkdir -p $(BI_VENV)
	exec 9<$(BI_PINS); ! command -v flock >/dev/null || flock 9
	if ! $(BI_VENV)/bin/python -c 'import sys, pip; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null \
		|| ! grep -qsF '$(CURDIR)/$(BI_VENV)' $(BI_VENV)/bin/pip; then
		$(BIN)/python -m venv --clear $(BI_VENV)
	fi
	echo 'installing Superset into $(BI_VENV), some three minutes'
	$(BI_VENV)/bin/python -m pip --disable-pip-version-check --no-input install --progress-bar off -r $(BI_PINS) \
		>$(BI_VENV)/install.log 2>&1 &
	$(call wait_for,packages,$$(grep -c '^Collecting' $(BI_VENV)/install.log || true) of $$(grep -c == $(BI_PINS)) fetched) || {
		tail -n 15 $(BI_VENV)/install.log >&2
		echo 'Installing Superset failed; the lines above say why.' >&2
		exit 1
	}
	rm -f $(BI_VENV)/.ready-*
	touch $@

bi: up bi-setup ## open the dashboard over Gold in Superset, on http://localhost:8088 (BI_PORT)
	@. '$(STATE)/env'
	if $(BIN)/python -m dagster_project.bi is-fresh; then
		echo 'Nothing has arrived yet: first the demonstration (LANDING=/path/to/folder: your own files).'
		$(MAKE) demo
	fi
	$(BIN)/python -m dagster_project.bi up --port $(BI_PORT)

bi-down: ## stop Superset
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m dagster_project.bi down

# The proof -----------------------------------------------------------------------------------------------------------

.PHONY: bench
bench: bench-setup ## measure it beside parsers: bench/results; QUICK=1 in a minute, ONLY=part
	@$(BIN)/python -m bench $(if $(QUICK),--quick) $(addprefix --only ,$(ONLY))

# As many at once as conftest.py says. A file stays in one process, so that what its tests share is made once; they
# begin in order, the browser's, which take longest, first.
AT_ONCE := -n auto --dist loadfile --no-loadscope-reorder

.PHONY: test test-unit test-integration test-long test-wheel test-postgres15 test-bi lint
test: setup ## run all tests: unit, integration on servers of their own, model, browser
	@$(PYTEST) $(AT_ONCE)

test-unit: setup ## run the tests that need nothing
	@$(PYTEST) $(AT_ONCE) tests/unit

test-integration: setup ## run the tests that need PostgreSQL: an embedded one, or the one that PGHOST names
	@$(PYTEST) $(AT_ONCE) tests/integration

test-long: export TILLROLL_HISTORIES ?= 1000
test-long: export TILLROLL_GROWTH_SEEDS ?= 1,2
test-long: export TILLROLL_GROWTH_STEPS ?= 8
test-long: export TILLROLL_PLANTS ?= 1500
test-long: export TILLROLL_BACKLOG_DAYS ?= 30
test-long: export TILLROLL_CROWD_SESSIONS ?= 200
test-long: export TILLROLL_CROWD_SECONDS ?= 60
test-long: setup ## run those of them that make test runs in small: random histories, growth, crowds, plants; some ten minutes
	@$(PYTEST) $(AT_ONCE) -m long

test-wheel: setup ## run the compiler's tests against its wheel, outside of the clone and on another Python (PYTHON2)
	@$(BIN)/python -m tests.wheel $(LLAMA_CACHE) '$(PYTHON2)'

# How dbt, Dagster, processes and a Gold that grows behave is the same on any server; the other tests run their SQL there.
SAME_ANYWHERE := dbt_conventions dagster processes recovery retention history review_sensor drift landing lineage \
	$(addprefix gold_,growth backlog whole partners reviews layouts)
test-postgres15: setup ## run the tests of the warehouse on Debian's PostgreSQL 15 (package postgresql-15)
	@$(BIN)/python -m tests.postgres15 $(PYTEST) $(AT_ONCE) -m 'not long' tests/integration \
		$(patsubst %,--ignore=tests/integration/test_%.py,$(SAME_ANYWHERE))

test-bi: bi-setup ## open the dashboard in a real browser and hold what it shows to Gold
	@$(PYTEST) tests/browser/test_bi.py

lint: setup ## check style, types and layers of Python, and style of SQL
	@failed=
	run() { echo "$$ $$*"; "$$@" || failed="$$failed $$(basename $$1)"; }
	run $(BIN)/ruff check --quiet
	run $(BIN)/ruff format --check --quiet
	run $(BIN)/mypy
	run $(BIN)/lint-imports --no-cache
	run $(BIN)/sqlfluff lint --disable-progress-bar dbt/models dbt/tests dbt/analyses
	[ -z "$$failed" ] || { echo "Not clean:$$failed" >&2; exit 1; }

.PHONY: clean clean-data
clean: bi-down down ## remove the environments and all else that can be made again; data stays
	rm -rf $(VENV) $(BI_VENV) '$(STATE)/server' dbt/target dbt/logs dbt/dbt_packages *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

clean-data: ## remove .warehouse: the embedded warehouse with all that arrived, Dagster's history, Superset's; asks, unless YES=1
	@if [ '$(YES)' != 1 ]; then
		echo 'This removes all data in $(STATE): every file that arrived, what became of it, the history of runs.'
		read -r -p 'Type yes to remove it: ' answer || true
		[ "$${answer:-}" = yes ] || { echo 'Nothing was removed.' >&2; exit 1; }
	fi
	$(MAKE) bi-down down
	rm -rf '$(STATE)'
