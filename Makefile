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
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --durations 20

# What a change in one wing usually breaks: the tests of the wings that differ from the last commit (or WING=measure).
test-quick: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --wing "$(WING)"

# A short set of tests against the lowest versions that pyproject.toml allows, and against the newest there are.
SHORT = tests/test_recording.py tests/test_models.py tests/test_checks.py tests/test_predictions.py \
    tests/test_explore.py tests/test_extras.py tests/test_capture.py tests/test_training.py
test-floors test-newest: test-%: .venv-%/.done
	.venv-$*/$(notdir $(BIN))/python -m pytest -q -p no:cacheprovider $(SHORT)

.venv-floors/.done: RESOLUTION = lowest-direct
.venv-newest/.done: RESOLUTION = highest
# The lowest version is the lowest that has a wheel for this Python: building pandas takes an hour.
WHEELS = $(addprefix --only-binary ,numpy pandas scikit-learn matplotlib)
.venv-floors/.done .venv-newest/.done: .venv/.uv pyproject.toml
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(@D)
	$(BIN)/uv pip install --quiet --python $(@D)/$(notdir $(BIN))/python --resolution $(RESOLUTION) $(WHEELS) \
	    '.[grading]' 'pytest>=8.3'
	@touch $@

lessons: .venv/.lab
	$(BIN)/vgcourse build

demo: .venv/.lab
	$(BIN)/vgcourse demo

# What concerns one exercise, in a minute or so: make exercise WHAT=two-norm
ABOUT = tests/test_answers.py tests/test_worked_calls.py tests/test_own_text.py tests/test_observation.py tests/test_documents.py
exercise: .venv/.test
	$(BIN)/vgcourse build
	$(BIN)/python -m pytest -q $(ABOUT) -k "$(WHAT) or points or counted"
	$(BIN)/python -m tests.mutants --keep $(WHAT)

# Puts changed solutions to the checks, prints how many the checks notice, and keeps the scores (half an hour of
# processor time, then from a cache). One exercise or lesson: make mutants WHAT=make-mlp
mutants: .venv/.test
	$(BIN)/python -m tests.mutants --keep $(WHAT)

site: .venv/.site
	$(BIN)/python site/make.py

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
	$(BIN)/uv pip install -c requirements.lock -e '.[grading]'
	@touch $@

.venv/.test: .venv/.lab
	$(BIN)/uv pip install -c requirements.lock -e '.[grading,test,cluster,site]'
	@touch $@

.venv/.site: .venv/.lab
	$(BIN)/uv pip install -c requirements.lock -e '.[site]'
	@touch $@

.PHONY: site lab test test-quick test-floors test-newest lessons demo exercise mutants bench lock
