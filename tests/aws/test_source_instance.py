"""Which instance a release is made of, as EC2 tells how its instances are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from botocore.stub import Stubber
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.session import StackSession
from snapnames.aws.source_instances import candidates, healthy_instances
from snapnames.aws.uses import GROUP_TAG
from snapnames.errors import InputError
from snapnames.program.account import Account
from snapnames.program.source import find_source
from snapnames.rules.images import Image
from snapnames.rules.source import volumes_of
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch
from tests.adoption.templates import seed_template

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import InstanceTypeDef

STATUSES = ("ok", "impaired", "initializing", "insufficient-data", "not-applicable")
TAGS = {"role": "web"}


@pytest.fixture
def account(aws: LocalAws, session: StackSession) -> Account:  # noqa: ARG001 -- the account of the session
    """What the program knows of the account: no image yet."""
    return Account(session, session.ec2(), [])


def statuses(both: Mapping[str, tuple[str, str]]) -> dict[str, object]:
    """What DescribeInstanceStatus answers: by instance the system's check and the instance's own."""
    return {
        "InstanceStatuses": [
            {"InstanceId": one, "SystemStatus": {"Status": system}, "InstanceStatus": {"Status": instance}}
            for one, (system, instance) in both.items()
        ]
    }


def test_only_an_instance_that_passes_both_status_checks_ishealthy_instances(ec2: EC2Client) -> None:
    """One that fails a check, that just began, or of which EC2 knows nothing yet, is not imaged."""
    both = {f"i-{system}-{instance}": (system, instance) for system in STATUSES for instance in STATUSES}
    running: list[InstanceTypeDef] = [{"InstanceId": one} for one in (*both, "i-unknown")]

    with Stubber(ec2) as stub:
        stub.add_response("describe_instance_status", statuses(both), {"InstanceIds": [*both, "i-unknown"]})
        healthy = healthy_instances(ec2, running)

    assert healthy == [{"InstanceId": "i-ok-ok"}]


def test_the_status_of_more_than_a_hundred_instances_is_asked_for_in_several_calls(ec2: EC2Client) -> None:
    """EC2 takes a hundred ids."""
    ids = [f"i-{number}" for number in range(101)]

    with Stubber(ec2) as stub:
        for some in (ids[:100], ids[100:]):
            answer = statuses(dict.fromkeys(some, ("ok", "ok")))
            stub.add_response("describe_instance_status", answer, {"InstanceIds": some})
        healthy = healthy_instances(ec2, [{"InstanceId": one} for one in ids])

    assert [instance["InstanceId"] for instance in healthy] == ids


def test_an_instance_that_waits_in_the_warm_pool_of_its_group_is_not_in_service(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient
) -> None:
    """It may run, and bears the tags of those that serve. DescribeAutoScalingGroups does not list it.

    docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeWarmPool.html lists it. After the group is gone, an
    instance that was its own is of no group.
    """
    seed_template(aws, "$Latest")
    [serving] = [one for reservation in ec2.describe_instances()["Reservations"] for one in reservation["Instances"]]
    warm: InstanceTypeDef = {**serving, "InstanceId": "i-warm"}
    left: InstanceTypeDef = {**serving, "InstanceId": "i-left", "Tags": [{"Key": GROUP_TAG, "Value": "gone"}]}

    found = candidates(ec2, autoscaling, [serving, warm, left])

    assert [one.in_service for one in found] == [True, False, True]


def test_an_instance_of_an_id_is_read_with_its_volumes_in_one_call(
    aws: LocalAws, account: Account, ec2: EC2Client
) -> None:
    """Not with the user data, which the role need not be allowed to read. The instance store is no volume."""
    instance, mark = launch(ec2), aws.mark()

    found = find_source(instance, "web-1", account, reboot=False)

    assert aws.calls(mark) == ["ec2.DescribeInstances"]
    assert volumes_of(found, "web-1") == ["/dev/sda1", "/dev/sdf", "/dev/sdg"]
    assert (found.instance_id, found.state) == (instance, "running")


def test_an_id_that_ec2_does_not_have_is_refused(account: Account) -> None:
    """The message names the image too."""
    with pytest.raises(InputError) as refused:
        find_source("i-0123456789abcdef0", "web-1", account, reboot=False)

    assert str(refused.value) == (
        "source instance 'i-0123456789abcdef0' of image 'web-1' does not exist in this account and region: give the id "
        "of a running instance"
    )


def test_a_running_instance_with_all_the_tags_is_the_source(account: Account, ec2: EC2Client) -> None:
    """Not one with some of them, and not a stopped one."""
    launch(ec2, {"role": "db"})
    ec2.stop_instances(InstanceIds=[launch(ec2, TAGS)])
    running = launch(ec2, TAGS)

    assert find_source(TAGS, "web-1", account, reboot=False).instance_id == running


def test_without_a_running_instance_the_error_says_which_tags_match_none(account: Account, ec2: EC2Client) -> None:
    """And which image needs one."""
    ec2.stop_instances(InstanceIds=[launch(ec2, TAGS)])

    with pytest.raises(InputError) as refused:
        find_source(TAGS, "web-1", account, reboot=False)

    assert str(refused.value) == (
        "snapnames:source {'role': 'web'} matches no running instance in this account and region, and image 'web-1' "
        "is not built yet: start one, or set other tags or an instance id"
    )


def test_an_instance_that_runs_and_fails_its_checks_is_named_and_not_imaged(account: Account, ec2: EC2Client) -> None:
    """Its user sees which one it is, and what to wait for."""
    instance = launch(ec2, TAGS)
    client = StackSession.ec2(account.session)
    with Stubber(client) as stub:
        listed = {"Reservations": [{"Instances": [{"InstanceId": instance}]}]}
        stub.add_response("describe_instances", listed)
        stub.add_response("describe_instance_status", statuses({instance: ("ok", "impaired")}))
        with pytest.raises(InputError) as refused:
            find_source(TAGS, "web-1", Account(account.session, client, []), reboot=False)

    assert str(refused.value) == (
        f"snapnames:source {{'role': 'web'}} matches {instance}, of which no status checks pass, and image 'web-1' is "
        "not built yet: wait until one is in service, or set an instance id"
    )


def test_an_instance_of_no_group_on_a_past_release_is_taken_last(account: Account, ec2: EC2Client) -> None:
    """Somebody has launched it by hand. It bears the same tags, and has run longest."""
    base = launch(ec2, {"role": "db"})
    names = ("web-1", "web-2")
    first, live = (ec2.create_image(InstanceId=base, Name=name, NoReboot=True)["ImageId"] for name in names)
    past = launch(ec2, TAGS, image_id=first)
    current = launch(ec2, TAGS, image_id=live)
    made = datetime(2018, 3, 7, tzinfo=UTC)
    built = [Image(first, "web-1", made), Image(live, "web-2", made)]
    known = Account(account.session, account.ec2, built)

    assert find_source(TAGS, "web-3", known, reboot=False, live=live).instance_id == current
    ec2.terminate_instances(InstanceIds=[current])
    assert find_source(TAGS, "web-3", known, reboot=False, live=live).instance_id == past
