#!/usr/bin/env bash
# Install the command of this commit into an environment of its own, each package by its hash, and put it on PATH.
set -euo pipefail
venv="$RUNNER_TEMP/snapnames"
python3 -m venv "$venv"
pip() { "$venv/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
# Without byte code: pulumi-aws has thousands of modules, and a run imports few of them.
pip install --no-compile --only-binary :all: --require-hashes --requirement "$GITHUB_ACTION_PATH/requirements-cli.lock"
pip install --no-deps --no-index --no-build-isolation "$GITHUB_ACTION_PATH"
echo "$venv/bin" >> "$GITHUB_PATH"
