"""`snapnames deploy`: what it makes, what it writes, and how it ends when EC2 does not make the image."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from snapnames.testing.localaws.server import LocalAws

import dev.engine as engines
from tests.account import ACCESS_KEY, all_but, images, names, snapshot_ids, writes
from tests.faults import Drop, Fail, Fate, FaultProxy, Run
from tests.main_job.test_releases import launched_images, three_names
from tests.prepared import Prepared, web
from tests.program import Program

from .service import FLEET, Service

pytestmark = pytest.mark.xdist_group("deploy")


@pytest.fixture
def stack(prepared: Prepared, aws: LocalAws, engine: engines.Engine, proxy: FaultProxy) -> Program:
    """The service web with one release, and no fleet."""

    def make(folder: Path) -> Program:
        return web(folder, aws, engine, "1", endpoint=proxy.url)

    return prepared.stack(f"web-1 behind {proxy.port}", make)


def test_without_a_fleet_a_deployment_builds_and_a_rollback_is_refused(
    tmp_path: Path, aws: LocalAws, engine: engines.Engine
) -> None:
    """Nothing launches from the image, and the command does not say that it is live."""
    service = Service(tmp_path / "stack", aws, engine)
    service.pulumi("config", "rm", "snapnames:fleet")

    told = service.snapnames("deploy", "--release", "1").out
    refused = service.snapnames("rollback", code=2).err

    assert told.splitlines()[-1].endswith("done: front-web-1 is built; the stack has no fleet that launches it")
    assert "snapnames:fleet is not set in Pulumi.test.yaml; a rollback moves the stack's fleet" in refused


def test_a_deployment_builds_names_moves_the_fleet_and_changes_two_lines_of_the_config(
    aws: LocalAws, service: Service
) -> None:
    """The release is the time of the deployment; comments and secrets are somebody else's."""
    ec2 = aws.client("ec2")
    before, began = service.text, datetime.now(UTC)

    told = service.snapnames("deploy", "--json").json

    release = told["release"]
    assert timedelta(seconds=-1) <= datetime.strptime(f"{release}Z", "%Y%m%d%H%M%S%z") - began < timedelta(minutes=2)
    image = f"front-web-{release}"
    assert names(ec2, image) == three_names(image)
    image_id = images(ec2)[image]["ImageId"]
    assert launched_images(aws.client("autoscaling")) == {"groups": [image_id], "configurations": [image_id]}
    assert service.text == before.replace("snapnames:releases: []", f'snapnames:releases: ["{release}"]')
    assert {key: told[key] for key in ("stack", "image", "preview", "releases", "live", "dropped")} == {
        "stack": "test",
        "image": image,
        "preview": False,
        "releases": [release],
        "live": release,
        "dropped": [],
    }
    assert told["changes"] == {
        "create image": 1,
        "create snapshot tag": 3,
        "create launch configuration": 1,
        "create Auto Scaling group": 1,
        "create group tag": 1,
    }


def test_a_preview_of_a_deployment_changes_nothing(aws: LocalAws, service: Service) -> None:
    """Neither the account, nor the state, nor the config."""
    before, state, mark = service.text, service.pulumi("stack", "export").out, aws.mark()

    told = service.snapnames("deploy", "--release", "1", "--preview")

    assert "to do: create 1 image, " in told.out
    assert writes(aws, mark) == []
    assert service.text == before
    assert service.pulumi("stack", "export").out == state


def test_deployments_that_keep_two_leave_two_images_all_named_and_nothing_else(
    aws: LocalAws, engine: engines.Engine, tmp_path: Path
) -> None:
    """A day of a busy team, whose instances are replaced with each."""
    ec2 = aws.client("ec2")
    aws.settings(pending_seconds=0)
    service = Service(tmp_path / "stack", aws, engine, {**FLEET, "instanceRefresh": {}})
    service.build("1", "2")

    for release in ("3", "4"):
        service.snapnames("deploy", "--release", release, "--keep", "2")

    kept = ["front-web-4", "front-web-3"]
    assert service.releases == (["4", "3"], None)
    assert sorted(images(ec2)) == sorted(kept)
    assert {image: names(ec2, image) for image in kept} == {image: three_names(image) for image in kept}
    assert len(snapshot_ids(ec2)) == 3 * len(kept)
    newest = images(ec2)["front-web-4"]["ImageId"]
    assert launched_images(aws.client("autoscaling")) == {"groups": [newest], "configurations": [newest]}


def test_the_next_deployment_drops_what_aws_refused_before(stack: Program, aws: LocalAws) -> None:
    """Nothing of it was dropped by halves: the provider would take the delete for done at the next try."""
    ec2 = aws.client("ec2")
    aws.settings(pending_seconds=0)
    aws.restrict(ACCESS_KEY, all_but("ec2:DeleteSnapshot"))
    first = stack.snapnames("deploy", "--release", "2", "--keep", "1", "--json").json
    kept = sorted(images(ec2)), len(snapshot_ids(ec2))
    aws.restrict(ACCESS_KEY, None)
    stack.config["releases"] = first["releases"]

    again = stack.snapnames("deploy", "--release", "2", "--keep", "1", "--json").json

    assert (first["releases"], kept) == (["2", "1"], (["web-1", "web-2"], 6))
    assert (again["releases"], again["dropped"]) == (["2"], ["1"])
    assert list(images(ec2)) == ["web-2"]
    assert len(snapshot_ids(ec2)) == 3


@pytest.mark.parametrize("lost", [Drop(after=True), Fail(after=True)])
def test_a_prune_whose_answer_was_lost_leaves_no_snapshot(
    stack: Program, aws: LocalAws, proxy: FaultProxy, lost: Fate
) -> None:
    """The provider asks again, takes the image for deleted, and its snapshots with it."""
    ec2 = aws.client("ec2")
    first = snapshot_ids(ec2)
    proxy.schedule.at("ec2.DeregisterImage", 2, lost)  # the first only asks whether it may

    told = stack.snapnames("deploy", "--release", "2", "--keep", "1").out

    assert list(images(ec2)) == ["web-2"]
    assert len(snapshot_ids(ec2) - first) == 3
    assert snapshot_ids(ec2) & first == set()
    assert re.search(r"^deleted what image web-1 \(ami-\w+\) left: snap-", told, re.MULTILINE)


def test_a_deployment_whose_preview_fails_deletes_no_snapshot(stack: Program, aws: LocalAws) -> None:
    """Although the image of the release that it drops is gone: the list still has it."""
    ec2 = aws.client("ec2")
    before = snapshot_ids(ec2)
    ec2.deregister_image(ImageId=images(ec2)["web-1"]["ImageId"])
    stack.config["source"] = "i-0123456789abcdef0"

    stack.snapnames("deploy", "--release", "2", "--keep", "1", code=1)

    assert len(before) == 3
    assert snapshot_ids(ec2) == before


def test_a_deployment_that_ends_during_the_preview_of_another_is_not_undone(
    stack: Program, aws: LocalAws, proxy: FaultProxy
) -> None:
    """In one checkout: the other one's list does not have the image that is live by now."""
    ec2 = aws.client("ec2")
    proxy.schedule.at("ec2.DescribeInstances", 1, Run(lambda _: stack.snapnames("deploy", "--release", "2")))

    refused = stack.snapnames("deploy", "--release", "3", code=1).err

    assert refused == (
        'error: Pulumi.test.yaml says ["2", "1"], and said ["1"] when this command read it; an update with the old '
        "list would drop what the new one has: run the same command again\n"
    )
    assert sorted(images(ec2)) == ["web-1", "web-2"]


@pytest.mark.fault("image failed, or pending past the timeout")
def test_a_failed_image_leaves_fleet_and_config_as_they_were_and_is_removed(aws: LocalAws, service: Service) -> None:
    """What EC2 says is the first thing that the operator reads; the next deployment finds nothing in its way."""
    ec2, autoscaling = aws.client("ec2"), aws.client("autoscaling")
    service.build("1")
    before, fleet, snapshots = service.text, launched_images(autoscaling), snapshot_ids(ec2)
    aws.fail_next_image("Client.VolumeInError: the volume is in error")

    failed = service.snapnames("deploy", "--release", "2", code=1)

    said = failed.err.splitlines()
    assert re.fullmatch(
        r"error: image 'front-web-2' \(ami-\w+\) is 'failed' in EC2: Client.VolumeInError: the volume is in error",
        said[0],
    )
    assert re.fullmatch(r"the failed image ami-\w+ and its snapshots are removed: deploy again .*", said[-1])
    assert service.text == before
    assert launched_images(autoscaling) == fleet
    assert (list(images(ec2)), snapshot_ids(ec2)) == (["front-web-1"], snapshots)


@pytest.mark.fault("image failed, or pending past the timeout")
def test_a_first_deployment_that_failed_is_cleared_away_by_the_next_one(aws: LocalAws, service: Service) -> None:
    """There is no release to go back to, so the failed image stays until there is one."""
    ec2 = aws.client("ec2")
    before = service.text
    aws.fail_next_image()
    failed = service.snapnames("deploy", "--release", "1", code=1)
    kept = service.text

    service.snapnames("deploy", "--release", "2")

    assert "the next `snapnames deploy` removes the failed image" in failed.err
    assert kept == before
    assert list(images(ec2)) == ["front-web-2"]
    assert len(snapshot_ids(ec2)) == 3
    assert names(ec2, "front-web-2") == three_names("front-web-2")
