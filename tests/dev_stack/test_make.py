"""`make` in a clone: the main job, and what is left when it is undone."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from snapnames.testing.localaws.server import client

from tests import account
from tests.program import ROOT, Done, kill_all

from .clone import Clone

pytestmark = pytest.mark.slow

IMAGE = "front-web-20180307231207"
NAMES = {"/dev/sda1": f"{IMAGE}(001)", "/dev/sdf": f"{IMAGE}(002)", "/dev/sdg": f"{IMAGE}(003)"}
MakeClone = Callable[[Mapping[str, str]], Clone]


def _table(done: Done) -> list[tuple[str, ...]]:
    """The rows of the table that `make up` ends with."""
    rows = [line.strip("│┃ \n") for line in done.out.splitlines() if line.startswith("│")]
    return [tuple(cell.strip() for cell in row.split("│")) for row in rows]


def test_make_up_ends_with_a_table_of_the_names_that_ec2_has_and_a_second_one_changes_nothing(clone: MakeClone) -> None:
    """The main job, twice, then undone."""
    here = clone({})

    first = here.make("up")
    ec2 = client(here.control.url, "ec2")
    made = account.images(ec2)[IMAGE]
    mark = here.control.mark()
    second = here.make("up")
    changes = [call for call in here.control.calls(mark) if not call.split(".")[1].startswith(("Describe", "Get"))]
    destroyed = here.make("destroy")

    snapshots = {m["DeviceName"]: m["Ebs"]["SnapshotId"] for m in made["BlockDeviceMappings"] if "Ebs" in m}
    assert _table(first) == [(IMAGE, device, snapshots[device], name) for device, name in NAMES.items()]
    assert re.search(r"engine: Pulumi \d+\.\d+\.\d+ .*\nplugin: aws \d+\.\d+\.\d+ ", first.out)
    assert _table(second) == _table(first)
    assert changes == []
    assert "unchanged" in second.out
    last = destroyed.out.rstrip().splitlines()[-1]
    assert last == "left in the account: 0 images, 0 snapshots of ours, 0 launch configurations, 0 groups"


def test_make_up_that_was_killed_while_the_image_was_made_is_repaired_by_the_next_one(clone: MakeClone) -> None:
    """Every process of the first run dies between CreateImage and its answer being written down."""
    here = clone({})
    with here.start("up") as killed:
        assert killed.stdout
        for line in killed.stdout:
            if "AmiFromInstance" in line and "creating" in line:
                break
        while not _created(here):
            assert killed.poll() is None
        kill_all(killed)
    ec2 = client(here.control.url, "ec2")

    here.make("up")

    assert set(account.images(ec2)) == {IMAGE}
    assert account.names(ec2, IMAGE) == NAMES
    assert len(account.snapshot_ids(ec2)) == len(NAMES)


def _created(here: Clone) -> bool:
    return "ec2.CreateImage" in here.control.calls()


def test_make_up_after_an_interrupt_in_the_terminal_completes_the_job(clone: MakeClone) -> None:
    """The terminal sends the interrupt to every process of the foreground group."""
    here = clone({})
    with here.start("up") as interrupted:
        assert interrupted.stdout
        for line in interrupted.stdout:
            if "AmiFromInstance" in line and "creating" in line:
                break
        os.killpg(interrupted.pid, signal.SIGINT)
        interrupted.communicate()
    ec2 = client(here.control.url, "ec2")

    here.make("up")

    assert interrupted.returncode != 0
    assert account.names(ec2, IMAGE) == NAMES
    assert len(account.snapshot_ids(ec2)) == len(NAMES)


def test_a_port_that_something_else_took_meanwhile_is_left_to_it(clone: MakeClone) -> None:
    """As after a restart of the machine: the account is gone with its server, and the next one is somewhere else."""
    here = clone({})
    here.make("preview")
    pid, before = here.aws.running() or (0, 0)
    os.kill(pid, signal.SIGKILL)
    while here.aws.running():
        continue
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", before))
        other.listen()

        again = here.make("preview")

    assert here.port != before
    assert f"local AWS: started on http://127.0.0.1:{here.port} " in again.out
    assert "11 to create" in again.out


def test_two_clones_have_a_local_aws_each_and_come_up_at_the_same_time(tmp_path: Path) -> None:
    """Nothing that git tracks is changed for it."""
    clones = [Clone.at(tmp_path / name) for name in ("one", "other")]
    with ExitStack() as at_end:
        for each in clones:
            at_end.callback(each.make, "down")

        with clones[0].start("up") as one, clones[1].start("up") as other:
            outs = [one.communicate()[0], other.communicate()[0]]

        assert [one.returncode, other.returncode] == [0, 0], outs
        assert clones[0].port != clones[1].port
        ids = [account.images(client(each.control.url, "ec2"))[IMAGE]["ImageId"] for each in clones]
        assert ids[0] != ids[1]
        config = (ROOT / "Pulumi.dev.yaml").read_bytes()
        assert [(each.folder / "Pulumi.dev.yaml").read_bytes() for each in clones] == [config, config]


@pytest.mark.parametrize("elsewhere", ["https://ec2.example.com", "http://ec2.example.com:80", "https://127.0.0.1:443"])
def test_an_endpoint_that_is_not_on_this_machine_is_refused_before_anything_starts(
    clone: MakeClone, elsewhere: str
) -> None:
    """The dev stack never reaches a real account, even when its config says so."""
    here = clone({})
    config = here.folder / "Pulumi.dev.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("config:\n", f"config:\n  aws:endpoints: [{{ec2: '{elsewhere}'}}]\n"), "utf-8")

    refused = here.make("up", code=2)

    config.write_text(text, encoding="utf-8")
    assert f"has the endpoint {elsewhere!r} for ec2; the dev stack reaches only" in refused.out
    assert here.aws.recorded() is None


def test_plain_pulumi_works_by_hand_in_the_environment_that_make_prints(clone: MakeClone) -> None:
    """`eval "$(make -s env)"` is all that a shell needs."""
    here = clone({})
    here.make("up")

    by_hand = subprocess.run(
        ["bash", "-euc", 'eval "$(make -s env)"; pulumi preview --expect-no-changes; echo "$AWS_ENDPOINT_URL"'],
        cwd=here.folder,
        env={**os.environ, "AWS_PROFILE": "production", "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", "")},
        check=True,
        capture_output=True,
        text=True,
    )

    assert "11 unchanged" in by_hand.stdout
    assert by_hand.stdout.endswith(f"http://127.0.0.1:{here.port}\n")


def test_make_env_prints_nothing_but_lines_for_the_shell(clone: MakeClone) -> None:
    """What is not an assignment would be run by the shell."""
    here = clone({})
    here.make("preview")

    printed = here.make("-s", "env").out.splitlines()

    exported = {line.removeprefix("export ").split("=")[0] for line in printed if line.startswith("export ")}
    assert [line for line in printed if not line.startswith(("export ", "unset "))] == []
    assert exported >= {
        "PATH",
        "PULUMI_HOME",
        "PULUMI_BACKEND_URL",
        "PULUMI_CONFIG_PASSPHRASE",
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
    }


def test_make_down_forgets_the_stack_together_with_its_account_and_removes_nothing_else(clone: MakeClone) -> None:
    """The account is in the memory of the server, so neither is left without the other. What was measured stays."""
    here = clone({})
    here.make("preview")
    control = here.control
    measured = here.folder / ".dev" / "bench" / "calls.json"
    measured.parent.mkdir()
    measured.write_text("{}", encoding="utf-8")

    here.make("down")

    assert control.identity() is None
    assert [path for path in (here.folder / ".dev").rglob("*") if path.is_file()] == [measured]
