# FitTrack. `make help` lists what there is; `make run` and `make test` need git, make and Python 3.11.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# Scripts in .venv name its folder: a checkout that has moved installs anew, as does a cut-off one.
STAMP := .venv/.installed-$(shell pwd | cksum | cut -d ' ' -f 1)
BASE_URL ?= http://127.0.0.1:8000
# What Python has compiled is kept beside the packages, whatever the shell says: else each process and
# each run of the tests compiles everything anew.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/bytecode

.DEFAULT_GOAL := help
.PHONY: help install run worker scheduler migrate seed test test-fast test-bench test-oracle smoke faults bench properties \
	manifest plausibility simulated-year draw-kills trackers-week trackers-storm trackers-faults tracker-kills matrix attack attack-long gates gates-of-text lint fmt types check lock clean slow

help: ## list every target
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 16

$(STAMP): requirements.lock setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	@test -e $@ || $(PYTHON) -m venv --clear .venv
	@echo "installing (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) \
		&& $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock \
		&& $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable . \
		|| ( $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock \
		&& $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . )
	@touch $@

UV_VERSION := 0.13.8

install: $(STAMP) ## create the virtual environment and install what the lock file says

run: install ## run everything with demo data; Ctrl-C ends it
	@$(BIN)/python -m fittrack.devserver

worker: install ## run one worker on the settings of .env
	@$(BIN)/flask worker

scheduler: install ## run one scheduler on the settings of .env
	@$(BIN)/flask scheduler

migrate: install ## bring the database to the newest schema
	@$(BIN)/flask db upgrade

seed: install ## fill the database with a believable world
	@$(BIN)/flask seed

# One more than there are processors: a quarter of the time, a test waits for others' processes.
TEST_PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

test: install ## run all tests
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

# What needs no engine and no process.
RULE_TESTS := tests/guards tests/*/test_*rules*.py tests/points/test_[ts]*.py tests/drawings/test_protocol*.py \
	tests/activities/test_m[ei]*.py tests/activities/test_s[ap]*.py tests/conformance/test_oralint.py

test-fast: install ## run the rules and guards only: seconds
	@$(BIN)/python -m pytest -n auto -q $(wildcard $(RULE_TESTS))

# Of each of these only the tests that are marked `driver`: they run statements that no others run.
FEW_OF_THEM := tests/activities/analysis/test_api.py tests/drawings/test_play_limits.py tests/leaderboards/test_rebuild.py \
	tests/trackers/test_vanished.py tests/trackers/test_webhooks_of_google_and_whoop.py
# Every repository function goes through the driver, each statement at least once. Rules, processes with a
# file of their own, and longer walks over statements that others run say nothing new about it.
ENGINE_TESTS := $(addprefix tests/kernel/test_,$(addsuffix .py,auth cache db health idempotency limits loader metrics \
	migrate queues schedule trace)) tests/accounts/test_*.py tests/mail tests/notifications tests/points/test_*.py \
	tests/fulfilment/test_*.py tests/drawings/test_[!pv]*.py tests/activities/test_api*.py tests/activities/test_jobs.py \
	tests/activities/test_archives.py tests/activities/test_sharing.py tests/leaderboards/test_api.py tests/reviews/test_days.py \
	tests/recovery tests/sponsors/test_prizes.py tests/keys/test_sealed.py tests/trackers/test_[cew]*s.py \
	tests/trackers/test_operators.py $(FEW_OF_THEM) \
	tests/conformance/test_driver_bench.py tests/conformance/test_bench_migrations.py
NOT_OF_THE_DRIVER := $(addprefix tests/accounts/test_,$(addsuffix .py,cli email_changes erasure_faults identity_tokens lockouts \
	passkey_ceremonies passwords_anew preferences profiles rules served served_factors sign_in_attacks tiers_rules traceless)) \
	$(addprefix tests/drawings/test_,$(addsuffix .py,audit command entering every_step fair_pages free_and_paid kills rules \
	rules_page simulated_year templates_processes templates_rules)) $(addprefix tests/points/test_,$(addsuffix .py,any_order \
	rules streaks tally)) $(addprefix tests/fulfilment/test_,$(addsuffix .py,clocks declining processes transitions))
LONG_WITHOUT_NEWS := tests/activities/test_archives.py::test_a_large_archive_is_read_in_a_fraction_of_its_size \
	tests/drawings/test_beacon.py::test_a_relay_that_is_away_for_a_day_voids_the_draw_and_bars_nobody

test-bench: install ## run the repository and service tests through the Oracle driver
	@FITTRACK_TEST_ENGINE=bench $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder -q --each-statement \
		$(filter-out $(NOT_OF_THE_DRIVER),$(wildcard $(ENGINE_TESTS))) $(addprefix --deselect=,$(LONG_WITHOUT_NEWS))

test-oracle: install ## run all tests on a real Oracle server (ORACLE_DSN=user/password@host:port/service)
	@FITTRACK_TEST_ENGINE=oracle $(BIN)/python -m pytest tests

smoke: install ## walk the whole path against a running server (BASE_URL)
	@$(BIN)/python -m tests.smoke --base-url $(BASE_URL)

faults: install ## kill every process at every commit point and compare (minutes)
	@$(BIN)/python -m tests.faults

bench: install ## print the measured figures
	@$(BIN)/python -m tests.bench

properties: install ## try points and boards in any order, 2,000 ways of 50 steps (nightly, minutes)
	@FITTRACK_ALL_EXAMPLES=1 $(BIN)/python -m pytest -q tests/points/test_any_order.py tests/points/test_ledger.py \
		tests/leaderboards/test_property.py tests/reviews/test_any_order.py

manifest: install ## read every real activity file and compare it with its manifest
	@$(BIN)/python -m tests.activities.manifest_report

plausibility: install ## let a corpus of cheats and of honest recordings be judged
	@$(BIN)/python -m tests.activities.plausibility_report

simulated-year: install ## run a year of drawings on a fast clock and print what became of it
	@$(BIN)/python -m tests.simulated_year

draw-kills: install ## kill a hundred workers at random while a drawing is closed, drawn and told of
	@FITTRACK_KILLS=100 $(BIN)/python -m pytest -q -s tests/drawings/test_kills.py

trackers-week: install ## run a week of 200 members on all trackers, full of trouble (minutes)
	@FITTRACK_WEEK=200 $(BIN)/python -m pytest -q -s tests/trackers/test_week.py

trackers-storm: install ## let trackers misbehave and kill real processes, then compare (minutes; FITTRACK_STORM_S, FITTRACK_SEED)
	@$(BIN)/python -m tests.storm

trackers-faults: install ## let every tracker go wrong in every way, at each call of a sync (minutes)
	@FITTRACK_ALL_FAULTS=1 $(BIN)/python -m pytest -n auto -q tests/trackers/test_every_fault.py \
		tests/trackers/test_faults_when_told.py

tracker-kills: install ## kill a sync at every one of its statements, and compare
	@FITTRACK_KILLS=0 $(BIN)/python -m pytest -q -s tests/trackers/test_processes.py

matrix: install ## ask every operation as every identity
	@$(BIN)/python -m tests.access

attack: install ## send garbage from every role to the running server (3 minutes)
	@$(BIN)/python -m tests.attack

attack-long: install ## the same with other garbage each time, and far more of it
	@$(BIN)/python -m tests.attack --examples 100 --seed random

gates: gates-of-text test-bench ## the Oracle gates: linter, PL/SQL grammar, driver bench

gates-of-text: install
	@$(BIN)/python -m tests.conformance.oralint
	@$(BIN)/python -m tests.conformance.plsql

lint: install ## check the style of all code
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

fmt: install ## write all code in the one format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: install ## check types, strictly
	@$(BIN)/mypy

check: ## what CI runs
	@bash .ci/run

slow: install ## how the code reads: sizes of functions and files
	@$(BIN)/python -m tests.guards.sizes

lock: ## write requirements.lock anew from setup.cfg
	@$(BIN)/uv pip compile setup.cfg --extra dev --extra beacon --universal --generate-hashes --python-version 3.11 \
		--no-emit-index-url --custom-compile-command "make lock" -o requirements.lock --quiet

clean: ## remove the virtual environment, the local database and all caches
	@rm -rf .venv var .env .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
