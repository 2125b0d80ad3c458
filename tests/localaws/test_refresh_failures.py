"""Instance refreshes that don't succeed: unhealthy images, alarms, and those that are cancelled."""

from snapnames.testing.localaws.server import LocalAws

from .fleet import GROUP, Fleet


def test_a_refresh_to_an_unhealthy_image_waits_and_then_fails(aws: LocalAws, fleet: Fleet) -> None:
    """The instances that it has not come to stay in service."""
    fleet.create(4)
    fleet.save("2")
    aws.settings(unhealthy_images=["front-2"])
    fleet.start()
    waiting = fleet.progress

    aws.settings(refresh_timeout_seconds=0)

    assert waiting == ("InProgress", 0, 3)
    assert fleet.progress == ("Failed", 0, 3)
    unhealthy = fleet.ids[-1]
    assert fleet.refresh()["StatusReason"] == (
        f"Waiting for remaining instances to be available. For example: {unhealthy} is unhealthy."
    )
    assert fleet.instances == ["1 InService", "1 InService", "1 InService", "2 InService Unhealthy"]


def test_instances_that_were_launched_ahead_go_when_the_refresh_fails(aws: LocalAws, fleet: Fleet) -> None:
    """Those that they were to replace are in service, so that nothing is missing."""
    fleet.create(2)
    fleet.save("2")
    aws.settings(unhealthy_images=[fleet.images["2"]], refresh_timeout_seconds=0)
    old = fleet.ids

    fleet.start(MinHealthyPercentage=100, MaxHealthyPercentage=200)

    assert fleet.progress == ("Failed", 0, 0)
    assert (fleet.ids, fleet.instances) == (old, ["1 InService", "1 InService"])
    described = aws.client("ec2").describe_instances()["Reservations"]
    running = [one for r in described for one in r["Instances"] if one["State"]["Name"] == "running"]
    assert sorted(one["InstanceId"] for one in running) == sorted(old)


def test_a_failed_refresh_does_not_save_what_was_desired(aws: LocalAws, fleet: Fleet) -> None:
    """Without a rollback the unhealthy instances stay, and the group launches the old version again."""
    fleet.create(1)
    aws.settings(unhealthy_images=["front-2"], refresh_timeout_seconds=0)

    fleet.start("2")
    aws.client("autoscaling").set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)

    assert fleet.progress == ("Failed", 0, 0)
    assert fleet.describe()["LaunchTemplate"]["Version"] == "1"
    assert fleet.instances == ["2 InService Unhealthy", "1 InService"]


def test_a_refresh_goes_on_when_the_instances_become_healthy(aws: LocalAws, fleet: Fleet) -> None:
    """Within the time that it waits."""
    fleet.create(2)
    fleet.save("2")
    aws.settings(unhealthy_images=["front-*"])
    fleet.start()
    waiting = fleet.progress

    aws.settings(unhealthy_images=[])

    assert waiting == ("InProgress", 0, 1)
    assert fleet.progress == ("Successful", 100, 0)


def test_a_refresh_replaces_unhealthy_instances_by_healthy_ones(aws: LocalAws, fleet: Fleet) -> None:
    """As after a broken release; the unhealthy one of two goes first."""
    fleet.create(1, "2")
    fleet.save("1")
    aws.client("autoscaling").set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    aws.settings(unhealthy_images=["front-2"], hold_refreshes=True)
    fleet.start()

    first = fleet.step()
    fleet.step(6)

    assert first == ["2 Terminating Unhealthy", "1 InService", "1 Pending"]
    assert (fleet.progress, fleet.instances) == (("Successful", 100, 0), ["1 InService", "1 InService"])


def test_an_alarm_ends_a_refresh(aws: LocalAws, fleet: Fleet) -> None:
    """Also while it bakes; an alarm that it does not watch doesn't."""
    fleet.create(1)
    aws.settings(hold_refreshes=True, alarms=["other"])
    fleet.start(AlarmSpecification={"Alarms": ["errors"]}, BakeTime=60)
    fleet.step(4)
    baking = fleet.progress

    aws.settings(alarms=["other", "errors"])
    fleet.step()

    assert baking == ("Baking", 100, 0)
    assert fleet.progress == ("Failed", 100, 0)
    assert fleet.refresh()["StatusReason"] == "The CloudWatch alarm errors went into the ALARM state."


def test_a_cancelled_refresh_finishes_what_it_has_begun(aws: LocalAws, fleet: Fleet) -> None:
    """Until then it is cancelling; what it has replaced stays replaced."""
    fleet.create(2)
    fleet.save("2")
    aws.settings(hold_refreshes=True)
    fleet.start()
    fleet.step()

    aws.client("autoscaling").cancel_instance_refresh(AutoScalingGroupName=GROUP)
    cancelling = (fleet.progress, fleet.instances)
    fleet.step()

    assert cancelling == (("Cancelling", 0, 1), ["1 Terminating", "1 InService", "2 Pending"])
    assert (fleet.progress, fleet.instances) == (("Cancelled", 0, 1), ["1 InService", "2 InService"])
    assert fleet.refresh()["StatusReason"] == "Cancelled due to user request."


def test_a_refresh_is_cancelled_at_once_when_nobody_waits(aws: LocalAws, fleet: Fleet) -> None:
    """For the instances in transition."""
    fleet.create(1)
    aws.settings(hold_refreshes=True)
    fleet.start()
    fleet.step()

    aws.client("autoscaling").cancel_instance_refresh(AutoScalingGroupName=GROUP, WaitForTransitioningInstances=False)

    assert (fleet.progress[0], fleet.instances) == ("Cancelled", ["1 InService"])


def test_an_instance_that_is_terminated_by_hand_is_not_waited_for(aws: LocalAws, fleet: Fleet) -> None:
    """The group launches another in its place, of the new version; it counts as updated."""
    fleet.create(2)
    fleet.save("2")
    aws.settings(hold_refreshes=True)
    fleet.start()

    aws.client("ec2").terminate_instances(InstanceIds=[fleet.ids[0]])
    after = fleet.progress
    aws.settings(hold_refreshes=False)

    assert after == ("InProgress", 50, 1)
    assert (fleet.progress, fleet.instances) == (("Successful", 100, 0), ["2 InService", "2 InService"])
