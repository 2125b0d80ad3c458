"""Whose lock may be removed: one in a container sees no process of another container."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from snapnames.cli.stack.started import recorded, state_folder, was_started_here

UNSHARED = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child")
GONE = """
import datetime, socket, sys
from snapnames.cli.stack.locks import Holder
print(Holder("file:///a.json", "me", socket.gethostname(), int(sys.argv[1]), datetime.datetime.now(datetime.UTC)).gone)
"""


def _allowed() -> bool:
    return bool(shutil.which("unshare")) and not subprocess.run([*UNSHARED, "true"], check=False).returncode


needs_namespaces = pytest.mark.skipif(not _allowed(), reason="this machine lets nobody unshare a PID namespace")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return state_folder()


@pytest.fixture
def contained() -> Iterator[int]:
    """A process in a PID namespace of its own; gives its id there."""
    code = "import os; print(os.getpid(), flush=True); input()"
    with subprocess.Popen(
        [*UNSHARED, sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout
        yield int(process.stdout.readline())
        process.kill()


@needs_namespaces
def test_a_process_that_a_container_does_not_see_may_run() -> None:
    """That of the test itself, whose host name is the same."""
    command = [*UNSHARED, sys.executable, "-c", GONE, str(psutil.Process().pid)]

    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "False\n"


@needs_namespaces
def test_a_process_in_a_container_of_the_same_host_name_may_run(contained: int) -> None:
    """Its id means another process out here, or none."""
    command = [sys.executable, "-c", GONE, str(contained)]

    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "False\n"


def test_a_process_that_a_command_started_here_is_known_by_its_start() -> None:
    """Until it ends in good order. A lock of another time is another process's."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        with recorded(process.pid):
            now = datetime.now(UTC)
            known = was_started_here(process.pid, now), was_started_here(process.pid, now.replace(year=2018))
        after = was_started_here(process.pid, now)
        process.kill()

    assert (known, after) == ((True, False), False)


def test_a_record_of_another_boot_or_namespace_proves_nothing(state: Path) -> None:
    """Neither does one that is torn."""
    now = datetime.now(UTC)
    (state / "started-7-1.json").write_text(json.dumps({"place": "other 1", "pid": 7, "started": now.timestamp()}))
    (state / "started-7-2.json").write_text("{")

    assert not was_started_here(7, now)
