"""The policies of docs/ are enough for the job they are for, and hold nothing that it does not need."""

from collections.abc import Callable
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch, names, snapshot_ids
from tests.copies.regions import ALL, EU, HOME, WEST, holdings, left
from tests.faults import FaultProxy, Hold
from tests.program import Program, killed_at_a_held_call

from .documents import COPIES, PRUNE, STACK, Document, both, enough, of_images, part, reductions, without

KEY = "local"
"""The access key of everything that a stack of the tests runs."""

GROUP = {"instanceType": "t3.micro", "minSize": 1, "maxSize": 2, "zones": ["ap-northeast-2a"], "keyName": "ops"}
CONFIG = {"service": "front-web", "releases": ["1"], "fleet": {**GROUP, "tags": {"team": "a"}}}


@pytest.fixture
def service(program: Callable[..., Program], ec2: EC2Client) -> Program:
    """The stack that the policies are written for, and a burstable instance with the tags that they want."""
    ec2.create_key_pair(KeyName="ops")
    ec2.create_tags(Resources=[launch(ec2, instance_type="t3.micro")], Tags=[{"Key": "service", "Value": "front-web"}])
    return program({**CONFIG, "source": {"service": "front-web"}}, stack=STACK)


@pytest.fixture
def restricted(aws: LocalAws) -> Callable[[Document], None]:
    """Let stacks do what a policy allows and nothing else; the tests' own clients may do everything."""
    return lambda document: aws.restrict(KEY, document)


def unneeded(document: Document, authorized: list[dict[str, Any]]) -> list[str]:
    """The actions and resources of a policy without which all that was asked would be allowed too."""
    return [out for out, less in reductions(document) if enough(less, authorized)]


def test_the_policies_of_deploy_and_prune_are_enough_for_the_main_job_and_hold_nothing_that_it_does_not_need(
    service: Program, aws: LocalAws, ec2: EC2Client, restricted: Callable[[Document], None]
) -> None:
    """Both kinds of fleet, a refresh that the next cuts short, mended tags, a prune, orphans, destroy.

    Who deploys deletes no image and no snapshot. Who prunes names none. Only destroy takes both.
    """
    restricted(part("deploy"))
    aws.settings(hold_refreshes=True)

    service.up("--skip-preview")
    service.config |= {"releases": ["2", "1"], "description": "front", "deprecateAfter": "24h", "fleet": _REFRESHED}
    service.up("--skip-preview")
    second = images(ec2)["front-web-2"]["ImageId"]
    ec2.create_tags(Resources=[second], Tags=[{"Key": "Name", "Value": "edited"}, {"Key": "note", "Value": "x"}])
    service.config["fleet"] = {**_REFRESHED, "instanceType": "t3.small"}
    service.up("--skip-preview", "--refresh")
    mended = names(ec2, "front-web-2")
    aws.settings(hold_refreshes=False)
    service.config["fleet"] = {**_REFRESHED, "instanceType": "t3.small", "waitForRollout": True}
    deployed = service.snapnames("deploy", "--release", "3", "--keep", "1", "--json").json
    service.snapnames("releases")
    asked = aws.authorized()
    restricted(part(PRUNE))
    service.config["releases"] = ["3", "2", "1"]
    pruned = service.snapnames("prune", "--keep", "1", "--json").json
    service.config["releases"] = ["3"]
    ec2.deregister_image(ImageId=images(ec2)["front-web-3"]["ImageId"])
    ec2.delete_tags(Resources=[min(snapshot_ids(ec2))], Tags=[{"Key": "Name"}])
    service.snapnames("recover", "--orphans")
    pruning = aws.authorized()[len(asked) :]
    restricted(both(part("deploy"), part(PRUNE)))
    service.pulumi("destroy", "--yes", "--refresh")
    ending = aws.authorized()[len(asked) + len(pruning) :]

    assert set(mended.values()) == {f"front-web-2({index:03d})" for index in (1, 2, 3)}
    assert (deployed["dropped"], [one["release"] for one in deployed["kept"]]) == ([], ["2", "1"])
    assert pruned["dropped"] == ["2", "1"]
    assert (images(ec2), snapshot_ids(ec2)) == ({}, set())
    assert unneeded(part(PRUNE), pruning) == []
    deletes = [one for one in ending if enough(part("deploy"), [one])]
    assert unneeded(part("deploy"), [*asked, *deletes]) == []


_REFRESHED = {
    **GROUP,
    "launch": "template",
    "instanceRefresh": {},
    "waitForRollout": False,  # refreshes are held, so that the next one has to cancel the last
    "tags": {"tier": "front"},
}


def test_what_was_taken_in_needs_the_policy_of_its_images_beside_and_nothing_of_that_is_too_much(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, restricted: Callable[[Document], None]
) -> None:
    """Taken in, live in a fleet with a launch template, let go of by hand, pruned, destroyed."""
    source = launch(ec2, instance_type="t3.micro")
    taken = {
        release: ec2.create_image(InstanceId=source, Name=f"front-web-{release}", NoReboot=True)["ImageId"]
        for release in ("3", "2", "1")
    }
    beside = of_images(taken.values())
    fleet = {**GROUP, "launch": "template", "minSize": 0}
    config = {"service": "front-web", "source": source, "fleet": fleet}
    stack = program({**config, "releases": [*taken], "takenIn": taken}, stack=STACK)
    main = both(part("deploy"), part(PRUNE))
    restricted(both(main, beside))

    stack.up("--skip-preview")
    stack.config |= {"releases": ["3", "2"], "takenIn": {one: taken[one] for one in ("3", "2")}}
    stack.up("--skip-preview")
    pruned = stack.snapnames("prune", "--keep", "1", "--json").json
    stack.config |= {"releases": ["3"], "takenIn": {"3": taken["3"]}}
    stack.destroy()

    asked = aws.authorized()
    assert (pruned["dropped"], pruned["kept"]) == (["2"], [])
    assert sorted(images(ec2)) == ["front-web-1", "front-web-3"]
    # Not each of the three images is launched, and one alone is pruned.
    less = [(out, one) for out, one in reductions(beside) if "Action" in out]
    assert [out for out, one in less if enough(both(main, one), asked)] == []


def test_the_policy_of_copies_is_enough_for_copies_sharing_and_the_parameter_beside_that_of_deploy(
    service: Program, aws: LocalAws, ec2: EC2Client, restricted: Callable[[Document], None]
) -> None:
    """A release without encryption, one with a key, a prune, destroy. Who prunes needs the policy of prune alone."""
    keys = {region: aws.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in ALL}
    aws.client("ec2", EU).modify_ebs_default_kms_key_id(KmsKeyId=keys[EU])
    shared = {"accounts": ["444455556666"]}
    before = left(aws, *ALL)
    del service.config["fleet"]
    service.config |= {"copies": {WEST: {}, EU: {}}, "shareWith": shared, "parameter": "/front-web/ami"}
    restricted(both(part("deploy"), part(COPIES)))

    service.up("--skip-preview")
    _replace_source(ec2, keys[HOME])
    service.config["copies"] = {WEST: {"kmsKeyId": keys[WEST]}, EU: {}}
    deployed = service.snapnames("deploy", "--release", "2", "--keep", "1", "--json").json
    service.snapnames("releases")
    made = [sorted(holdings(aws, region)) for region in ALL]
    restricted(part(PRUNE))
    service.config["releases"] = ["2", "1"]
    pruned = service.snapnames("prune", "--keep", "1", "--json").json
    restricted(both(both(part("deploy"), part(COPIES)), part(PRUNE)))
    service.config["releases"] = ["2"]
    service.destroy()

    assert (deployed["dropped"], [one["release"] for one in deployed["kept"]]) == ([], ["1"])
    assert made == [["front-web-1", "front-web-2"]] * 3
    assert (pruned["dropped"], pruned["kept"]) == (["1"], [])
    assert left(aws, *ALL) == before


def _replace_source(ec2: EC2Client, key: str) -> None:
    """Let another instance have the tags of the source, with a volume that this key encrypts."""
    tags = {"service": "front-web"}
    tagged = [{"Name": f"tag:{name}", "Values": [value]} for name, value in tags.items()]
    for one in ec2.describe_instances(Filters=tagged)["Reservations"]:  # type: ignore[arg-type] # filters
        ec2.terminate_instances(InstanceIds=[one["Instances"][0]["InstanceId"]])
    volume = {"VolumeSize": 1, "Encrypted": True, "KmsKeyId": key}
    launch(ec2, tags, [{"DeviceName": "/dev/sdf", "Ebs": volume}], instance_type="t3.micro")  # type: ignore[typeddict-item]


def test_the_name_owned_policy_is_enough_to_give_names_to_replace_them_and_to_take_them_back(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, restricted: Callable[[Document], None]
) -> None:
    """One snapshot has a person's name, which comes back."""
    ec2.create_image(InstanceId=launch(ec2), Name="db-1", NoReboot=True)
    theirs = min(snapshot_ids(ec2))
    ec2.create_tags(Resources=[theirs], Tags=[{"Key": "Name", "Value": "mine"}])
    stack = program({"ownedImages": {"overwrite": True, "removeNamesOnDestroy": True}}, stack=STACK)
    restricted(part("name-owned"))

    stack.snapnames("name-owned")
    given = set(names(ec2, "db-1").values())
    stack.up("--skip-preview", "--refresh")
    stack.destroy()

    assert given == {"db-1(001)", "db-1(002)", "db-1(003)"}
    assert sorted(name or "" for name in names(ec2, "db-1").values()) == ["", "", "mine"]
    assert unneeded(part("name-owned"), aws.authorized()) == []


def test_the_ledger_policy_is_enough_for_the_ledger_and_the_releases_and_holds_nothing_more(
    service: Program, aws: LocalAws, ec2: EC2Client, restricted: Callable[[Document], None]
) -> None:
    """A release that a fleet runs, a launch template of somebody else that uses it, an unused image and orphans.

    A delete of the image and of the orphans is advised, so every check could be read.
    """
    service.up("--skip-preview")
    image_id = images(ec2)["front-web-1"]["ImageId"]
    ec2.create_launch_template(LaunchTemplateName="nightly", LaunchTemplateData={"ImageId": image_id})
    source = launch(ec2)
    gone, unused = (ec2.create_image(InstanceId=source, Name=name, NoReboot=True)["ImageId"] for name in ("old", "new"))
    ec2.deregister_image(ImageId=gone)
    restricted(part("ledger"))

    listed = service.snapnames("releases", "--json").json
    ledger = service.snapnames("ledger", "--all-regions", "--keep", "0", "--older-than", "0d", "--json").json

    assert [(row["release"], row["state"], row["running"], len(row["snapshots"])) for row in listed] == [
        ("1", "available", 1, 3)
    ]
    assert {row["image_id"]: (len(row["used_by"]), len(row["snapshots"])) for row in ledger["images"]} == {
        image_id: (3, 3),
        unused: (0, 3),
    }
    steps = [one["next_step"] for one in ledger["findings"] if one["kind"] in ("unused", "orphans")]
    assert [step.split("`")[1].split()[2] for step in steps] == ["delete-snapshot"] * 3 + ["deregister-image"]
    assert unneeded(part("ledger"), aws.authorized()) == []


def test_the_preview_policy_is_enough_to_preview_a_release_and_holds_nothing_more(
    service: Program, aws: LocalAws, ec2: EC2Client, restricted: Callable[[Document], None]
) -> None:
    """Plain previews of the first release and of the next one, also without a statement; the preview of a drop."""
    plain = without(part("preview"), "ReadLaunchSettings")
    restricted(plain)

    first = service.preview()
    restricted(part("deploy"))
    service.up("--skip-preview")
    before = len(aws.authorized())
    restricted(plain)
    service.config |= {"releases": ["2", "1"], "fleet": {**GROUP, "launch": "template"}}
    following = service.preview()
    restricted(part("preview"))
    service.config["releases"] = ["1"]
    ec2.create_launch_template(LaunchTemplateName="nightly", LaunchTemplateData={"InstanceType": "t3.micro"})
    command = service.snapnames("deploy", "--release", "2", "--keep", "1", "--preview")

    asked = aws.authorized()[before:]
    assert "front-web-1(001)" in first.out
    assert "front-web-2(001)" in following.out
    assert "front-web-2" in command.out
    assert unneeded(part("preview"), asked) == []


def test_the_recover_policy_is_enough_to_take_in_what_killed_updates_made_and_holds_nothing_more(
    program: Callable[..., Program],
    aws: LocalAws,
    ec2: EC2Client,
    proxy: FaultProxy,
    restricted: Callable[[Document], None],
) -> None:
    """An image, a group with its launch configuration, a launch template. AWS is not written to."""
    source = launch(ec2, instance_type="t3.micro")
    ec2.create_key_pair(KeyName="ops")
    ec2.create_tags(Resources=[source], Tags=[{"Key": "service", "Value": "front-web"}])
    stack = program({**CONFIG, "source": source}, stack=STACK, endpoint=proxy.url)
    asked, adopted = [], []

    for call, kind in _KILLS:
        stack.config["fleet"] = {**GROUP, "launch": kind}
        restricted(part("deploy"))
        proxy.schedule.at(call, 1, Hold(after=True))
        killed_at_a_held_call(stack, proxy, "up", "--yes", "--skip-preview")
        restricted(part("recover"))
        before = len(aws.authorized())
        adopted += stack.snapnames("recover", "--json").json["adopted"]
        asked += aws.authorized()[before:]

    assert len(adopted) == len(_KILLS)
    assert unneeded(part("recover"), asked) == []


_KILLS = (
    ("ec2.CreateImage", "configuration"),
    ("autoscaling.CreateAutoScalingGroup", "configuration"),
    ("ec2.CreateLaunchTemplate", "template"),
)


def test_an_update_that_may_not_name_snapshots_fails_and_says_which_action_is_missing(
    service: Program, ec2: EC2Client, restricted: Callable[[Document], None]
) -> None:
    """A policy with one statement less is not enough."""
    restricted(without(part("deploy"), "NameSnapshots"))

    refused = service.up("--skip-preview", code=None)

    assert refused.code != 0
    assert (
        "is not authorized to perform: ec2:CreateTags on resource: arn:aws:ec2:ap-northeast-2::snapshot/" in refused.out
    )
    assert set(names(ec2, "front-web-1").values()) == {None}
