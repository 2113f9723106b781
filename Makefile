# Every command of the project. `make demo` and `make test` are all a newcomer needs.
PYTHON ?= python3
BIN := .venv/bin
TORGET := $(BIN)/python -m torget
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo run test check lint types contracts translations migrations tests simulate bench conformance fuzz-dmn differential-dmn benchmark-dmn fuzz-api format lock

demo: .venv/base messages
	@exec $(TORGET) demo $(if $(PORT),--port $(PORT))

# Production-like: DATABASE_URL and the TORGET_* settings come from the environment (docs/operations).
run: .venv/base messages
	@exec $(TORGET) serve $(if $(PORT),--port $(PORT))

test: check tests

check: lint types contracts migrations translations

.venv/base: requirements/base.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements/base.txt
	touch $@

.venv/dev: requirements/dev.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	touch $@ .venv/base

.PHONY: messages
messages: .venv/base
	@$(BIN)/python -m torget.config.messages compile

.PHONY: packages
packages:
	@sh tests/debian_packages.sh

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m tests.tidy

types: .venv/dev
	$(BIN)/mypy

contracts: .venv/dev
	$(BIN)/lint-imports

migrations: .venv/dev messages
	$(TORGET) makemigrations --check --dry-run
	$(BIN)/python -m tests.safe_migrations

translations: .venv/dev packages
	$(BIN)/python -m torget.config.messages check

# In one fixed order, so that a change is judged by what it changes; ORDER=random looks for tests that lean on others.
ORDER ?= 1
tests: .venv/dev packages messages
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(if $(filter-out random,$(ORDER)),--randomly-seed $(ORDER))

# N simulated weeks OF payments and of disputes from SEED on, by turns over Koha and SIP2 or OVER one; a failing seed replays with the same command.
simulate: .venv/dev messages
	$(BIN)/python -m tests.simulation $(if $(N),--weeks $(N)) $(if $(SEED),--seed $(SEED)) $(if $(OVER),--over $(OVER)) $(if $(OF),--of $(OF))

bench: .venv/dev messages
	$(BIN)/python -m benchmarks $(BENCH)

# The DMN conformance kit: beside the project, or KIT=path.
conformance: .venv/dev
	$(BIN)/python -m torget_dmn.conformance $(KIT)

# 100,000 generated texts, or INPUTS=n: each gives a value or a named error.
fuzz-dmn: .venv/dev
	$(BIN)/python -m tests.dmn.fuzz $(INPUTS)

# The peers are installed below .cache on first use; feelin needs Node.js.
differential-dmn: .venv/dev
	$(BIN)/python -m benchmarks.dmn_differential $(COUNT)

benchmark-dmn: .venv/dev
	$(BIN)/python -m benchmarks.dmn_speed

# Schemathesis against the interface for programs, long: EXAMPLES=n of each operation.
fuzz-api: .venv/dev messages
	EXAMPLES=$(or $(EXAMPLES),100) $(BIN)/pytest -s -p no:randomly tests/api/test_play.py

format: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Needs uv. What is installed to run is what was tested: the base versions are those of the dev lock.
# The annotations name no registry; check with git grep before committing.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header -q pyproject.toml --extra dev -o requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header -q pyproject.toml -c requirements/dev.txt -o requirements/base.txt
