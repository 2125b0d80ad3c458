"""A deployment that is stopped while EC2 makes the image, and the next one."""

import signal

import pytest

from localaws.server import LocalAws
from tests.account import images, names, snapshot_ids
from tests.main_job.test_releases import launched_images, three_names

from .service import Service, signal_of


@pytest.mark.parametrize("times", [1, 2])
def test_the_same_release_again_completes_a_deployment_that_was_interrupted(
    aws: LocalAws, service: Service, times: int
) -> None:
    """One ^C lets pulumi wait for the image; a second one leaves an image that the state does not have."""
    ec2 = aws.client("ec2")
    before = service.text

    stopped = service.stopped_while_imaging(signal_of(signal.SIGINT, times), "deploy", "--release", "1")
    kept = service.text
    made = images(ec2)["front-web-1"]["ImageId"]
    service.snapnames("deploy", "--release", "1")

    assert stopped.code == 130
    assert f"image 'front-web-1' ({made}) is {'available' if times == 1 else 'pending'}" in stopped.err
    assert "`snapnames deploy --release 1` goes on from here" in stopped.err
    assert kept == before
    assert service.releases == (["1"], None)
    assert {name: image["ImageId"] for name, image in images(ec2).items()} == {"front-web-1": made}
    assert names(ec2, "front-web-1") == three_names("front-web-1")
    assert len(snapshot_ids(ec2)) == 3
    assert launched_images(aws.client("autoscaling"))["groups"] == [made]


def test_another_release_clears_away_what_a_stopped_deployment_left(aws: LocalAws, service: Service) -> None:
    """Its image was made all the same."""
    ec2 = aws.client("ec2")
    service.stopped_while_imaging(signal_of(signal.SIGINT, 2), "deploy", "--release", "1")
    left = images(ec2)["front-web-1"]["ImageId"]
    too_early = service.snapnames("deploy", "--release", "2", code=1)
    aws.finish_image(left)

    service.snapnames("deploy", "--release", "2")

    assert f"image 'front-web-1' ({left}) of an unfinished deployment is pending" in too_early.err
    assert "run `snapnames deploy --release 1` to go on with it, or wait" in too_early.err
    assert list(images(ec2)) == ["front-web-2"]
    assert len(snapshot_ids(ec2)) == 3
    assert service.releases == (["2"], None)
