"""Whose lock a stack has, and whether that process can still be alive."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from cli.locks import Holder, holders

HERE = socket.gethostname()
LONG_AGO = datetime(2018, 3, 7, 23, 12, 7, tzinfo=UTC)


def test_every_holder_that_pulumi_names_is_read() -> None:
    """A user's name may have an @ in it; the fraction of a second is left out."""
    error = (
        "error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or delete the "
        "lock file with `pulumi cancel`.\n"
        "  file:///state/a.json?no_tmp_dir=true: created by ci@runner-1 (pid 42) at 2018-03-07T23:12:07Z\n"
        "  file:///state/b.json?no_tmp_dir=true: created by ops@example.com@front-web (pid 7) at 2018-03-08T01:00:00Z\n"
    )

    assert holders(error) == [
        Holder("ci", "runner-1", 42, LONG_AGO),
        Holder("ops@example.com", "front-web", 7, datetime(2018, 3, 8, 1, tzinfo=UTC)),
    ]


def test_an_error_of_another_kind_of_backend_names_nobody() -> None:
    """So nothing is let go of."""
    assert holders("error: [409] Conflict: Another update is currently in progress.") == []


def test_a_process_that_has_ended_is_gone() -> None:
    """Nobody has its id."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    assert Holder("me", HERE, ended.pid, datetime.now(UTC)).gone


def test_a_process_that_runs_is_not_gone() -> None:
    """This one."""
    assert not Holder("me", HERE, os.getpid(), datetime.now(UTC)).gone


def test_a_process_that_began_long_after_the_lock_is_another_one() -> None:
    """Ids are used again."""
    assert Holder("me", HERE, os.getpid(), LONG_AGO).gone


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_process_that_began_about_when_the_lock_was_made_may_be_its_holder(seconds: int) -> None:
    """Clocks are set, and pulumi cuts off fractions."""
    began = datetime.fromtimestamp(psutil.Process().create_time(), UTC)

    assert not Holder("me", HERE, os.getpid(), began + timedelta(seconds=seconds)).gone


def test_a_process_of_another_machine_may_be_alive() -> None:
    """Also where this one has no such process."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    assert not Holder("me", "another-host", ended.pid, LONG_AGO).gone
