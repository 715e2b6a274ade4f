# Each target is one real command. `make lab` opens the course, `make test` checks everything.
PYTHON ?= python3
BIN := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
# Without byte code, importing TensorFlow takes three times as long.
unexport PYTHONDONTWRITEBYTECODE
export UV_COMPILE_BYTECODE = 1

lab: .venv/.lab
	$(BIN)/vgcourse lab

test: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/vgcourse build --check
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lessons: .venv/.lab
	$(BIN)/vgcourse build

demo: .venv/.lab
	$(BIN)/vgcourse demo

# Puts changed solutions to the checks, and prints how many the checks notice (some minutes, then from a cache).
mutants: .venv/.test
	$(BIN)/python -m tests.mutants

bench: .venv/.test
	$(BIN)/python -m tests.benchmarks

lock: .venv/.uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --all-extras --upgrade --no-annotate \
	    --no-emit-index-url --no-header --quiet pyproject.toml -o requirements.lock

.venv/.uv:
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else \
	    f"TensorFlow needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}. Try: make $(MAKECMDGOALS) PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	@touch $@

.venv/.lab: .venv/.uv pyproject.toml requirements.lock
	$(BIN)/uv pip install -c requirements.lock -e .
	@touch $@

.venv/.test: .venv/.lab
	$(BIN)/uv pip install -c requirements.lock -e '.[test,cluster]'
	@touch $@

.PHONY: lab test lessons demo mutants bench lock
