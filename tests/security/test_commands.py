"""No command of the project goes through a shell."""

import json
import subprocess
import sys

import pytest

from tests.program import ROOT

HARM = {
    "subprocess.run(line, shell=True)": "S602",
    "os.system(line)": "S605",
    "eval(line)": "S307",
    "exec(line)": "S102",
    "yaml.load(line)": "S506",
    "pickle.loads(line)": "S301",
}


@pytest.mark.parametrize("folder", ["cli", "components", "dev", "engine", "localaws", "tests"])
def test_the_linter_refuses_a_shell_and_code_that_is_made_of_text(folder: str) -> None:
    """So config can't become a command anywhere: `make lint` runs these rules on every file."""
    source = "\n".join(["import os, pickle, subprocess, yaml", "line = input()", *HARM])

    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--stdin-filename", f"{folder}/x.py", "--output-format", "json", "-"],
        cwd=ROOT,
        input=source,
        check=False,
        capture_output=True,
        text=True,
    )

    found = {(finding["location"]["row"], finding["code"]) for finding in json.loads(done.stdout)}
    assert set(enumerate(HARM.values(), start=3)) <= found
