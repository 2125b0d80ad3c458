"""Whose lock may be removed: one in a container sees no process of another container."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from snapnames.cli.errors import CommandError
from snapnames.cli.stack.locks import alone
from snapnames.cli.stack.started import recorded, state_folder, was_started_here

UNSHARED = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child")
GONE = """
import datetime, socket, sys
from snapnames.cli.stack.locks import Holder
print(Holder("file:///a.json", "me", socket.gethostname(), int(sys.argv[1]), datetime.datetime.now(datetime.UTC)).gone)
"""
RECORDED = """
import datetime, os, socket, subprocess, sys
from snapnames.cli.stack.locks import Holder
from snapnames.cli.stack.started import recorded
process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
holder = Holder("file:///a.json", "me", socket.gethostname(), process.pid, datetime.datetime.now(datetime.UTC))
try:
    with recorded(process.pid):
        said = [holder.gone]
        process.kill()
        raise OSError(process.wait())
except OSError:
    print(said, holder.gone)
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


@needs_namespaces
def test_a_process_that_a_command_started_in_this_container_and_that_was_killed_is_gone() -> None:
    """The record of it is still there, because the command has failed."""
    command = [*UNSHARED, sys.executable, "-c", RECORDED]

    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "[False] True\n"


def test_a_record_that_nobody_has_removed_goes_after_a_month(state: Path) -> None:
    """A failed update leaves one. A newer one stays."""
    for name, age in (("old", 31), ("new", 29)):
        path = state / f"started-{name}.json"
        path.touch()
        os.utime(path, (time.time() - age * 86400,) * 2)

    with recorded(os.getpid()):
        pass

    assert [path.name for path in state.iterdir()] == ["started-new.json"]


@pytest.mark.usefixtures("state")
def test_a_user_without_a_home_runs_pulumi_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an arbitrary user of a container. Only the removal of a lock needs the folder."""
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")

    with recorded(os.getpid()):
        ran = True

    assert ran
    with pytest.raises(CommandError, match="set XDG_STATE_HOME to a folder that this user can write"), alone("a"):
        pass


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
