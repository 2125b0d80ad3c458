"""The Pythons of the tests: what runs as a copy of a process that is ready is seen as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.pythons import PIP_LIST, answering, client, ready

pytestmark = pytest.mark.xdist_group("pythons")

SHOWS = """
import os, sys
print(sys.argv[1:], os.environ.get("GIVEN"), os.getcwd(), __name__, sys.stdin.read())
print("to stderr", file=sys.stderr)
"""


def script(folder: Path, text: str) -> Path:
    """A script of that text."""
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    return path


def ran(path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What has become of the script."""
    return subprocess.run(
        [*client(), path, *arguments],
        cwd=path.parent,
        env={"PATH": os.defpath, **variables},
        input="read",
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_script_has_its_own_arguments_variables_folder_and_files(tmp_path: Path) -> None:
    """Nothing of the script before it is left."""
    ran(script(tmp_path, "import os; os.environ['GIVEN'] = 'before'; os.chdir('/')"))

    done = ran(script(tmp_path, SHOWS), "one", "two words", GIVEN="é")
    without = ran(script(tmp_path, SHOWS))

    assert done.stdout == f"['one', 'two words'] é {tmp_path} __main__ read\n"
    assert done.stderr == "to stderr\n"
    assert done.returncode == 0
    assert without.stdout == f"[] None {tmp_path} __main__ read\n"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", 0, ""),
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit('why')", 1, "why\n"),
        ("1 / 0", 1, "ZeroDivisionError: division by zero\n"),
        ("import os; os.abort()", 128 + signal.SIGABRT, ""),
    ],
)
def test_a_script_ends_as_python_ends(tmp_path: Path, text: str, code: int, said: str) -> None:
    """By itself, by an exit code or a message, by an exception, or by a signal."""
    done = ran(script(tmp_path, text))

    assert done.returncode == code
    assert done.stderr.endswith(said)
    assert bool(done.stderr) is bool(said)


def test_what_is_to_be_done_at_the_end_is_done(tmp_path: Path) -> None:
    """Threads are waited for, then comes what `atexit` has, and what was printed is written."""
    text = """
import atexit, threading, time
atexit.register(print, "at exit", end="")
threading.Timer(0.05, print, ["thread"]).start()
print("script")
"""

    assert ran(script(tmp_path, text)).stdout == "script\nthread\nat exit"


def test_a_script_ends_with_a_client_that_is_killed(tmp_path: Path) -> None:
    """As the process would that Pulumi kills."""
    path = script(tmp_path, "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)")
    with subprocess.Popen([*client(), path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        copy = psutil.Process(int(process.stdout.readline()))

        process.kill()

    assert psutil.wait_procs([copy], timeout=60)[1] == []


@pytest.mark.parametrize("python", [answering, ready])
def test_pip_list_is_answered_as_pip_answers_it(python: Callable[[], str]) -> None:
    """And every other command is run."""
    command = python()

    said = subprocess.run([command, *PIP_LIST], check=True, capture_output=True).stdout
    other = subprocess.run([command, "-c", "import sys; print(sys.executable)"], check=True, capture_output=True).stdout

    assert said == subprocess.run([sys.executable, *PIP_LIST], check=True, capture_output=True).stdout
    assert other.decode().strip() == sys.executable
