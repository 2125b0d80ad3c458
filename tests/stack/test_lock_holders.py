"""Whose lock may be removed: only one that this machine and PID namespace is known to have left."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from snapnames.cli.errors import CommandError
from snapnames.cli.stack.locks import Holder, alone
from snapnames.own_updates import remember, running, state_folder

UNSHARED = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child")
LOCK = "file:///state/.pulumi/locks/organization/front/dev/a.json?no_tmp_dir=true"
HERE = socket.gethostname()
PROBE = f"""
import datetime, socket, sys
from snapnames.cli.stack.locks import Holder
since = datetime.datetime.fromisoformat(sys.argv[2])
print(Holder("{LOCK}", "me", socket.gethostname(), int(sys.argv[1]), since).gone)
"""
KILLED = f"""
import datetime, os, socket, subprocess, sys, time
from snapnames.cli.stack.locks import Holder
from snapnames.own_updates import remember
process = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
remember(process.pid, "front/dev", time.time())
holder = Holder("{LOCK}", "me", socket.gethostname(), process.pid, now)
before = holder.gone
process.kill()
process.wait()
print(before, holder.gone, process.pid, now.isoformat(), flush=True)
sys.stdin.read()
"""
"""A container in which an update is killed."""


def _allowed() -> bool:
    return bool(shutil.which("unshare")) and not subprocess.run([*UNSHARED, "true"], check=False).returncode


needs_namespaces = pytest.mark.skipif(not _allowed(), reason="this machine lets nobody unshare a PID namespace")
needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells boot and PID namespace")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own, which all its containers share."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    return state_folder()


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs until its input ends."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as started:
        yield started
        started.kill()


def holder(pid: int, *, host: str = HERE, lock: str = LOCK, later: int = 0) -> Holder:
    """Of a lock that was made now, as pulumi's message tells it: without the fraction of the second."""
    return Holder(lock, "me", host, pid, datetime.fromtimestamp(int(time.time()) + later, UTC))


def killed(process: subprocess.Popen[bytes]) -> int:
    """Its id, after somebody killed it and its parent has seen that."""
    process.kill()
    process.wait()
    return process.pid


@needs_linux
def test_a_killed_process_that_was_recorded_here_is_gone(process: subprocess.Popen[bytes]) -> None:
    """While it runs, it is not."""
    remember(process.pid, "front/dev", time.time())
    lock = holder(process.pid)

    runs = lock.gone
    killed(process)

    assert (runs, lock.gone) == (False, True)


def test_a_process_that_is_not_seen_and_was_not_recorded_may_run(process: subprocess.Popen[bytes]) -> None:
    """Another machine, or another container, of the same host name may have it."""
    assert not holder(killed(process)).gone


def test_a_process_of_the_same_id_that_began_later_does_not_prove_that_the_holder_is_gone() -> None:
    """It says nothing about the processes of other machines."""
    assert not Holder(LOCK, "me", HERE, os.getpid(), datetime(2018, 3, 7, tzinfo=UTC)).gone


@needs_linux
@pytest.mark.parametrize(
    "other",
    [
        {"host": "another-host"},
        {"later": 2},
        {"later": -60},
        {"lock": LOCK.replace("/dev/", "/live/")},
    ],
)
def test_a_lock_that_the_recorded_process_can_t_have_taken_is_another_ones(
    process: subprocess.Popen[bytes], other: dict[str, str]
) -> None:
    """A process of another container can have the same id. Its lock is of another stack, or of another moment.

    Nobody can take the lock of a stack while the recorded process holds it.
    """
    remember(process.pid, "front/dev", int(time.time()))
    lock = holder(process.pid, **other)  # type: ignore[arg-type]
    killed(process)

    assert not lock.gone


@needs_linux
def test_a_lock_of_another_backend_is_another_ones(
    process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stack of the same name has a lock of its own there."""
    remember(process.pid, "front/dev", time.time(), {**os.environ, "PULUMI_BACKEND_URL": "s3://one"})
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://other")

    assert not holder(killed(process)).gone


@needs_linux
def test_a_process_that_got_the_id_of_the_holder_does_not_hide_that_it_is_gone(
    process: subprocess.Popen[bytes], state: Path
) -> None:
    """The start of the process tells them apart."""
    path = remember(process.pid, "front/dev", time.time())
    assert path
    content = json.loads(path.read_text())
    (state / path.name).write_text(json.dumps({**content, "start": content["start"] - 1}))

    assert holder(process.pid).gone


@needs_linux
def test_a_killed_process_that_its_parent_has_not_asked_for_is_gone(process: subprocess.Popen[bytes]) -> None:
    """It is still in the list of processes, and does nothing any more."""
    remember(process.pid, "front/dev", time.time())
    lock = holder(process.pid)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    assert lock.gone


@needs_linux
@pytest.mark.parametrize("other", [{"place": "other 1"}, {"pid": "7"}, {"held": None}, {"start": [1]}])
def test_a_record_of_another_boot_or_namespace_or_that_is_torn_proves_nothing(
    process: subprocess.Popen[bytes], other: dict[str, object]
) -> None:
    """Neither does a file that is no record."""
    path = remember(process.pid, "front/dev", time.time())
    assert path
    path.write_text(json.dumps({**json.loads(path.read_text()), **other}))
    path.with_name("held-torn.json").write_text("{")

    assert not holder(killed(process)).gone


@needs_linux
def test_records_in_a_folder_that_others_can_write_prove_nothing(process: subprocess.Popen[bytes], state: Path) -> None:
    """Anybody could have written them."""
    remember(process.pid, "front/dev", time.time())
    state.chmod(0o777)

    assert not holder(killed(process)).gone


@needs_linux
@needs_namespaces
def test_a_lock_that_a_killed_update_of_this_container_left_is_let_go_of_here_and_in_no_other_container() -> None:
    """The containers share the host name, the folder of the records, and the ids of processes."""
    with subprocess.Popen(
        [*UNSHARED, sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout
        running_then, gone_there, pid, since = first.stdout.readline().split()
        others = [
            subprocess.run(
                [*before, sys.executable, "-c", PROBE, pid, since], check=True, capture_output=True, text=True
            )
            for before in (UNSHARED, ())
        ]
        first.communicate("")

    assert (running_then, gone_there) == ("False", "True")
    assert [done.stdout for done in others] == ["False\n", "False\n"]


@needs_linux
@needs_namespaces
def test_a_process_out_here_that_a_container_does_not_see_may_run(process: subprocess.Popen[bytes]) -> None:
    """The record is one of this namespace."""
    remember(process.pid, "front/dev", time.time())
    command = [*UNSHARED, sys.executable, "-c", PROBE, str(process.pid), holder(0).since.isoformat()]

    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "False\n"


def test_what_is_known_of_a_holder_is_told_and_not_guessed(process: subprocess.Popen[bytes]) -> None:
    """The name of the machine, the record, and that a process of that id proves nothing."""
    elsewhere, here = holder(42, host="runner-1").known, holder(process.pid).known
    remember(process.pid, "front/dev", time.time() + 60)
    recorded = holder(process.pid).known
    without = holder(killed(process), lock="s3://b/.pulumi/locks/organization/front/live/a.json").known

    unknown = (
        f"This machine or container is {HERE} too, but it has no record of the lock: another one of this name may have "
        "made it. {} process {} runs here, which proves nothing."
    )
    assert elsewhere == f"The lock was made on runner-1, and this machine is {HERE}."
    assert here == unknown.format("A", process.pid)
    assert (
        recorded == f"The record of this machine says that process {process.pid} took the lock here, and it still runs."
    )
    assert without == unknown.format("No", process.pid)


@needs_linux
def test_a_record_that_nobody_has_removed_goes_after_a_month(state: Path, process: subprocess.Popen[bytes]) -> None:
    """A killed update leaves one. A newer one stays."""
    for name, age in (("old", 31), ("new", 29)):
        path = state / f"held-{name}.json"
        path.touch()
        os.utime(path, (time.time() - age * 86400,) * 2)

    path = remember(process.pid, "front/dev", time.time()) or state

    assert {one.name for one in state.iterdir()} == {"held-new.json", path.name}


def test_a_user_without_a_folder_of_their_own_is_told_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an arbitrary user of a container. Only the removal of a lock needs the folder."""
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")

    assert not holder(os.getpid()).gone
    with pytest.raises(CommandError, match="set XDG_STATE_HOME to a folder that this user can write"), alone("a"):
        pass


@needs_linux
def test_a_process_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    """A name may have brackets and spaces in it."""
    odd = tmp_path / "a) Z 1 (b"
    shutil.copy(shutil.which("sleep") or "", odd)

    with subprocess.Popen([odd, "60"]) as process:
        found = running(process.pid)
        process.kill()

    assert found
    assert (found.name, found.ended, found.parent) == ("a) Z 1 (b", False, os.getpid())
