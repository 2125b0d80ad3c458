"""What is asked of pulumi: the organization of a stack, and to let go of a lock."""

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest
from snapnames.cli.errors import CommandError, UsageError
from snapnames.cli.stack.open_stack import OpenStack
from snapnames.own_updates import remember

CLOUD = """#!/bin/sh
case "$*" in
*version*) echo v3.230.0 ;;
*config*) echo "{}" ;;
*"stack --show-name --fully-qualify-stack-names --stack dev") echo alice/front/dev ;;
*) exit 1 ;;
esac
"""
"""A pulumi that is logged in to Pulumi Cloud, which no test can reach."""

BUCKET = """#!/bin/sh
case "$*" in
*version*) echo v3.230.0 ;;
*config*) echo "{{}}" ;;
*import*)
  echo >> {folder}/tries
  test $(wc -l < {folder}/tries) = 1 && pid={dead} || pid={live}
  echo "error: the stack is currently locked by 1 lock(s)." >&2
  now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  echo "  s3://b/organization/front/dev/$pid.json: created by me@{host} (pid $pid) at $now" >&2
  exit 255 ;;
*cancel*) touch {folder}/cancelled ;;
*) exit 1 ;;
esac
"""
"""A pulumi beside which another command has cancelled, and begun an update, as soon as the dead lock was reported."""

FOLDER = """#!/bin/sh
case "$*" in
*version*) echo v3.230.0 ;;
*config*) echo "{{}}" ;;
*import*)
  test -e {lock} || exit 0
  echo "error: the stack is currently locked by 1 lock(s)." >&2
  echo "  file://{lock}: created by me@elsewhere (pid 42) at 2018-03-07T23:12:07Z" >&2
  exit 255 ;;
*) exit 1 ;;
esac
"""
"""A pulumi whose stack is locked while a file is there."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which `pulumi` is run."""
    (tmp_path / "Pulumi.yaml").write_text("name: front\nruntime: python\n")
    (tmp_path / "pulumi").touch(0o755)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def test_the_organization_is_the_one_of_name_or_backend_and_pulumi_is_asked_for_no_other(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more command of pulumi costs time; a wrong organization is another owner's."""
    (project / "pulumi").write_text(CLOUD)

    def tag(name: str, backend: str) -> str:
        monkeypatch.setenv("PULUMI_BACKEND_URL", backend)
        return OpenStack(project, name).tag

    assert {backend: tag("dev", backend) for backend in ("", "https://api.pulumi.com")} == {
        "": "alice/front/dev",
        "https://api.pulumi.com": "alice/front/dev",
    }
    assert {backend: tag("test", backend) for backend in ("file://state", "s3://b?x=1", "gs://b", "azblob://b")} == {
        "file://state": "organization/front/test",
        "s3://b?x=1": "organization/front/test",
        "gs://b": "organization/front/test",
        "azblob://b": "organization/front/test",
    }
    assert [tag(name, "") for name in ("bob/dev", "bob/front/dev")] == ["bob/front/dev", "bob/front/dev"]


@pytest.mark.parametrize("unlocks", [False, True])
def test_the_lock_of_an_update_that_began_after_the_dead_one_was_seen_is_not_cancelled(
    project: Path, *, unlocks: bool
) -> None:
    """In a bucket, where `pulumi cancel` removes all locks of the stack. `recover --unlock` means the first one too."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as ended:
        remember(ended.pid, "front/dev", time.time() + 60)
    (project / "pulumi").write_text(
        BUCKET.format(folder=project, dead=ended.pid, live=os.getpid(), host=socket.gethostname())
    )

    with pytest.raises(CommandError, match=f"is locked by me@{socket.gethostname()}, process {os.getpid()}, since "):
        _opened(project, unlocks=unlocks).replace_state({})

    assert not (project / "cancelled").exists()


def test_a_lock_whose_holder_may_run_is_removed_only_where_a_person_says_that_nothing_runs(project: Path) -> None:
    """Its machine is another one. The refusal says how to go on."""
    lock = project / "a.json"
    lock.touch()
    (project / "pulumi").write_text(FOLDER.format(lock=lock))

    with pytest.raises(CommandError, match="when nothing runs any more, run `snapnames recover --unlock`, and the"):
        _opened(project, unlocks=False).replace_state({})
    there = lock.exists()
    _opened(project, unlocks=True).replace_state({})

    assert (there, lock.exists()) == (True, False)


OLD = """#!/bin/sh
case "$*" in
*version*) echo {version} ;;
*) echo "error: unknown flag: --event-log" >&2; exit 255 ;;
esac
"""


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("v3.229.1", "pulumi on PATH is v3.229.1; the command works with 3.230.0 or later: update it"),
        ("v3.230.0", "unknown flag: --event-log"),
        ("dirty", "unknown flag: --event-log"),
    ],
)
def test_a_pulumi_that_is_too_old_is_told_where_it_fails(project: Path, version: str, said: str) -> None:
    """To ask each pulumi for its version first would cost every run."""
    (project / "pulumi").write_text(OLD.format(version=version))
    stack = OpenStack(project, "dev", reads_config=False)

    with pytest.raises(CommandError) as failed:
        stack.up_names("config: {}\n", lambda _: None)

    assert str(failed.value) == said


def test_a_stack_that_is_not_there_is_told_by_the_run_that_misses_it(project: Path) -> None:
    """Nothing asks for it before."""
    (project / "pulumi").write_text("#!/bin/sh\necho \"error: no stack named 'dev' found\" >&2\nexit 255\n")
    stack = OpenStack(project, "dev", reads_config=False)

    with pytest.raises(UsageError, match="there is no stack 'dev'; the command works with one that exists"):
        stack.up_names("config: {}\n", lambda _: None)


def _opened(project: Path, *, unlocks: bool) -> OpenStack:
    stack = OpenStack(project, "dev")
    stack.unlocks = unlocks
    return stack
