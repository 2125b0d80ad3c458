"""Whose locks a stack has, and how they are let go of. Whether a holder is gone: tests/stack/test_lock_holders.py."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from snapnames.cli.errors import CommandError
from snapnames.cli.stack.locks import Holder, alone, holders, removed

HERE = socket.gethostname()
LOCK = "file:///state/a.json?no_tmp_dir=true"
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
        Holder("file:///state/a.json?no_tmp_dir=true", "ci", "runner-1", 42, LONG_AGO),
        Holder(
            "file:///state/b.json?no_tmp_dir=true",
            "ops@example.com",
            "front-web",
            7,
            datetime(2018, 3, 8, 1, tzinfo=UTC),
        ),
    ]


def test_an_error_of_another_kind_of_backend_names_nobody() -> None:
    """So nothing is let go of."""
    assert holders("error: [409] Conflict: Another update is currently in progress.") == []


def test_only_the_locks_that_the_error_names_are_removed(tmp_path: Path) -> None:
    """An update may have begun since, when another command has removed them first."""
    folder = tmp_path / "st ate"
    folder.mkdir()
    for name in ("dead.json", "dead.json.attrs", "live.json", "live.json.attrs"):
        (folder / name).touch()
    dead = [
        Holder(f"{(folder / name).as_uri()}?no_tmp_dir=true", "me", HERE, 42, LONG_AGO)
        for name in ("dead.json", "removed-by-another.json")
    ]

    assert removed(dead)
    assert {path.name for path in folder.iterdir()} == {"live.json", "live.json.attrs"}


def test_a_lock_in_a_bucket_is_left_to_pulumi() -> None:
    """Beside a file too: all go or none."""
    assert not removed([Holder("s3://states/.pulumi/locks/a.json?region=x", "me", HERE, 42, LONG_AGO)])


def test_one_command_at_a_time_cancels_on_a_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second would remove the lock of the update that the first has begun; another stack's are another matter."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    with (
        alone("front-dev"),
        alone("front-live"),
        pytest.raises(CommandError, match="another command has just let go of the dead lock of stack front-dev"),
        alone("front-dev"),
    ):
        pass
    with alone("front-dev"):
        pass
