# Two commands matter: `make run` and `make test`. Everything they need, they make.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
PIP = --quiet --disable-pip-version-check
unexport PYTHONDONTWRITEBYTECODE  # every process would compile everything anew

.PHONY: run setup test lint soak bench model screens docs lock audit clean

run: .venv/ready
	$(BIN)/troly serve --demo

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install $(PIP) --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install $(PIP) --no-deps --no-build-isolation --editable .
	touch $@

.venv/ready-test: .venv/ready requirements-test.lock
	$(BIN)/python -m pip install $(PIP) --no-deps --require-hashes -r requirements-test.lock
	touch $@

unexport PYTHONDONTWRITEBYTECODE  # what is compiled once is not compiled again by each process of the tests

LINT = $(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

lint: .venv/ready-test
	$(LINT)

# The linters run beside the tests; what they say comes behind what the tests say.
test: .venv/ready-test
	tests/browser-setup || true
	tests/zalo-setup || true
	@log=$$(mktemp); { $(LINT); } >$$log 2>&1 & lint=$$!; \
	$(BIN)/python -m slipcover --json --out .coverage.json -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder; tests=$$?; \
	wait $$lint; lint=$$?; cat $$log; rm $$log; \
	test $$tests = 0 && test $$lint = 0
	@$(BIN)/python -m slipcover --merge .coverage.json --out .coverage.json --fail-under=91 >.coverage.txt; \
	enough=$$?; tail -n 15 .coverage.txt; exit $$enough

soak: .venv/ready-test
	TROLY_SOAK=1 $(BIN)/python -m pytest -m soak --timeout=3600

bench: .venv/ready-test
	$(BIN)/python -m pip install $(PIP) --no-deps --require-hashes -r requirements-bench.lock
	$(BIN)/python -m benchmarks.turn
	$(BIN)/python -m benchmarks.notices
	$(BIN)/python -m benchmarks.directory tests/directory_wordings_*.jsonl
	$(BIN)/python -m benchmarks.names --sets ../shared/eval
	$(BIN)/python -m benchmarks.talk

model: .venv/ready-test
	$(BIN)/python -m pip install $(PIP) --no-deps --require-hashes -r requirements-bench.lock
	$(BIN)/python -m benchmarks.questions.train
	$(BIN)/python -m benchmarks.shield.train
	$(BIN)/python -m benchmarks.officers.train
	$(BIN)/python -m benchmarks.talk.answers_train
	$(BIN)/python -m benchmarks.talk.train
	$(BIN)/python -m benchmarks.scams.train
	$(BIN)/python -m benchmarks.directory.train

screens: .venv/ready-test
	$(BIN)/python -m tests.screens

docs: .venv/ready-test
	$(BIN)/python -m tests.diagram > docs/flows.md

# Known vulnerabilities of what the locks pin; ADVISORIES is a folder or file with advisories, see tests/audit.py.
audit: .venv/ready-test
	$(BIN)/python -m tests.audit $(ADVISORIES)

# The pins as they stand, with the hashes of all files that the index has of them. Change a version, then run this.
lock:
	test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install $(PIP) uv==0.13.9; }
	@set -e; for lock in requirements*.lock; do \
	  { grep '^#' $$lock; sed -n 's/^\([A-Za-z0-9._-]*==[^ ;]*\).*/\1/p' $$lock | .venv-lock/bin/uv pip compile - --quiet \
	    --no-deps --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11; } >$$lock.new; \
	  mv $$lock.new $$lock; \
	done

clean:
	rm -rf .venv .venv-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis
