"""Load balancers: the instances of a group behind them, and those that fail their health checks."""

from snapnames.testing.localaws.server import LocalAws

from .fleet import GROUP, Fleet


def _target_group(aws: LocalAws) -> str:
    vpc = aws.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    made = aws.client("elbv2").create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def _targets(aws: LocalAws, arn: str) -> dict[str, str]:
    found = aws.client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found}


def test_the_targets_are_the_instances_in_service(aws: LocalAws, fleet: Fleet) -> None:
    """Not those that are pending, terminating, in standby or gone; a target of somebody else's stays."""
    arn = _target_group(aws)
    theirs = aws.client("ec2").run_instances(ImageId=fleet.images["1"], MinCount=1, MaxCount=1)["Instances"][0]
    aws.client("elbv2").register_targets(TargetGroupArn=arn, Targets=[{"Id": theirs["InstanceId"]}])
    fleet.create(3, TargetGroupARNs=[arn])
    first, second, third = fleet.ids
    all_three = set(_targets(aws, arn))
    aws.client("autoscaling").enter_standby(
        AutoScalingGroupName=GROUP, InstanceIds=[first], ShouldDecrementDesiredCapacity=True
    )
    aws.settings(hold_refreshes=True)
    fleet.start(StandbyInstances="Ignore")

    fleet.step()
    replacing = set(_targets(aws, arn))
    aws.settings(hold_refreshes=False)
    in_service = {one["InstanceId"] for one in fleet.describe()["Instances"] if one["LifecycleState"] == "InService"}

    assert all_three == {theirs["InstanceId"], first, second, third}
    assert replacing == {theirs["InstanceId"], third}
    assert set(_targets(aws, arn)) == {theirs["InstanceId"], *in_service}
    assert len(in_service) == 2


def test_instances_that_are_launched_while_that_is_suspended_are_no_targets(aws: LocalAws, fleet: Fleet) -> None:
    """Not even when it is resumed: AWS leaves them to be registered by hand."""
    arn = _target_group(aws)
    fleet.create(1, TargetGroupARNs=[arn])
    autoscaling = aws.client("autoscaling")
    autoscaling.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["AddToLoadBalancer"])

    autoscaling.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    autoscaling.resume_processes(AutoScalingGroupName=GROUP)
    autoscaling.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=3)

    first, _, third = fleet.ids
    assert list(_targets(aws, arn)) == [first, third]


def test_the_instances_of_an_unhealthy_image_fail_every_check(aws: LocalAws, fleet: Fleet) -> None:
    """Auto Scaling's, both load balancers' and EC2's; by the image's name also when it is deregistered."""
    arn = _target_group(aws)
    elb = aws.client("elb")
    elb.create_load_balancer(
        LoadBalancerName="classic",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
        AvailabilityZones=["ap-northeast-2a"],
    )
    fleet.create(1, TargetGroupARNs=[arn], LoadBalancerNames=["classic"])
    fleet.save("2")
    aws.client("autoscaling").set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    good, bad = fleet.ids
    aws.client("ec2").deregister_image(ImageId=fleet.images["2"])

    aws.settings(unhealthy_images=["*-2"])

    assert fleet.instances == ["1 InService", "2 InService Unhealthy"]
    assert _targets(aws, arn) == {good: "healthy", bad: "unhealthy"}
    states = elb.describe_instance_health(LoadBalancerName="classic")["InstanceStates"]
    assert {one["InstanceId"]: (one["State"], one["ReasonCode"]) for one in states} == {
        good: ("InService", "N/A"),
        bad: ("OutOfService", "Instance"),
    }
    statuses = aws.client("ec2").describe_instance_status()["InstanceStatuses"]
    assert {one["InstanceId"]: one["InstanceStatus"]["Status"] for one in statuses} == {good: "ok", bad: "impaired"}
    assert {one["SystemStatus"]["Status"] for one in statuses} == {"ok"}
    named = aws.client("ec2").describe_instance_status(
        Filters=[{"Name": "instance-status.status", "Values": ["impaired"]}]
    )
    assert [one["InstanceId"] for one in named["InstanceStatuses"]] == [bad]
