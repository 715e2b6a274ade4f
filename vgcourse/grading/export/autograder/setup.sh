#!/usr/bin/env bash
# Runs once, when Gradescope builds its image: a Python of its own, with what the grader needs.
set -euo pipefail
ROOT="${AUTOGRADER_ROOT:-/autograder}"
PYTHON="$(command -v python3.13 || command -v python3.12 || command -v python3.11 || true)"
if [ -z "$PYTHON" ]; then
    apt-get update && apt-get install -y python3.11 python3.11-venv
    PYTHON=python3.11
fi
"$PYTHON" -m venv "$ROOT/venv"
"$ROOT/venv/bin/python" -m pip install -r "$ROOT/source/requirements.txt"
