"""A deployment that is stopped while EC2 makes the image, and the next one."""

import time

from snapnames.testing.localaws.server import LocalAws

from tests.account import images, names, snapshot_ids
from tests.main_job.test_releases import launched_images, three_names
from tests.program import kill_all

from .service import Service, wait_for


def test_the_same_release_again_completes_a_deployment_that_was_interrupted(aws: LocalAws, service: Service) -> None:
    """Pulumi waits for what it has begun, and the image is not made twice."""
    ec2, before = aws.client("ec2"), service.text

    stopped = service.interrupted(1, "deploy", "--release", "1")
    kept = service.text
    made = images(ec2)["front-web-1"]["ImageId"]
    service.snapnames("deploy", "--release", "1")

    assert stopped.code == 130
    assert stopped.err.splitlines() == [
        "error: stopped",
        "Pulumi.test.yaml is as it was",
        f"image 'front-web-1' ({made}) is available: `snapnames deploy --release 1` goes on from here",
    ]
    assert kept == before
    _is_deployed(service, "1", made)


def test_an_image_that_a_second_interrupt_left_to_ec2_is_waited_for_and_taken_over(
    aws: LocalAws, service: Service
) -> None:
    """The state has only that it was being created, as after a kill."""
    ec2 = aws.client("ec2")
    aws.hold_next_image()
    stopped = service.interrupted(2, "deploy", "--release", "1")
    made = images(ec2)["front-web-1"]["ImageId"]

    with service.command("deploy", "--release", "1") as process:
        wait_for("is being made already: waiting for it", process)
        aws.finish_image(made)
        out, err = process.communicate()

    assert stopped.code == 130
    assert f"image 'front-web-1' ({made}) is pending: `snapnames deploy --release 1` goes on" in stopped.err
    assert process.returncode == 0, out + err
    _is_deployed(service, "1", made)


def test_a_killed_deployment_is_completed_by_the_same_release_again(aws: LocalAws, service: Service) -> None:
    """The kill leaves a lock whose process is gone, and a state that has only a pending create."""
    ec2 = aws.client("ec2")
    mark = aws.mark()
    with service.command("deploy", "--release", "1") as process:
        while "ec2.CreateImage" not in aws.calls(mark):
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        kill_all(process)
        process.communicate()
    made = images(ec2)["front-web-1"]["ImageId"]

    service.snapnames("deploy", "--release", "1")

    _is_deployed(service, "1", made)


def test_another_release_clears_away_what_a_stopped_deployment_left(aws: LocalAws, service: Service) -> None:
    """As soon as EC2 has made it: before, its snapshots could not all be deleted."""
    ec2 = aws.client("ec2")
    aws.hold_next_image()
    service.interrupted(2, "deploy", "--release", "1")
    left = images(ec2)["front-web-1"]["ImageId"]
    too_early = service.snapnames("deploy", "--release", "2", code=1)
    aws.finish_image(left)

    service.snapnames("deploy", "--release", "2", "--drop", "1")

    assert f"image 'front-web-1' ({left}) of an unfinished deployment is pending" in too_early.err
    assert "run `snapnames deploy --release 1` to go on with it, or wait" in too_early.err
    _is_deployed(service, "2", images(ec2)["front-web-2"]["ImageId"])


def _is_deployed(service: Service, release: str, image_id: str) -> None:
    """That release with its names, live, and nothing else."""
    ec2, image = service.aws.client("ec2"), f"front-web-{release}"
    assert service.releases == ([release], None)
    assert {name: found["ImageId"] for name, found in images(ec2).items()} == {image: image_id}
    assert names(ec2, image) == three_names(image)
    assert len(snapshot_ids(ec2)) == 3
    assert launched_images(service.aws.client("autoscaling"))["groups"] == [image_id]
