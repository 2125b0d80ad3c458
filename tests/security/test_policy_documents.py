"""What the policies of docs/ say, without any run."""

import json
from typing import Any

import parliament
import pytest
from snapnames.testing.localaws.policies import Context, Policy, Request

from dev import policies

from .documents import ADOPT, BESIDE, COPIES, LETTING_GO, PARTS, PRUNE, READERS, Document, listed, part, whole

MANAGED_POLICY_LIMIT = 6144
"""Characters without white space: docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html."""

ALL = {"whole": whole(), **{name: part(name) for name in (*PARTS, PRUNE, BESIDE, ADOPT, COPIES, LETTING_GO, *READERS)}}
EVERYWHERE = "arn:aws:ec2:ap-northeast-2::"


@pytest.mark.parametrize("name", ALL)
def test_the_linter_finds_nothing(name: str) -> None:
    """Every action exists, and has the resource types and condition keys that a statement gives it."""
    document = ALL[name]

    findings = parliament.analyze_policy_string(json.dumps(document), include_community_auditors=True).findings

    more = part("deploy")["Statement"] if name in (BESIDE, ADOPT, COPIES) else []
    given = {**document, "Statement": [*document["Statement"], *more]}
    assert [one for one in findings if not (_split(one, given) or _through_ec2(one, document) or _if_there(one))] == []


def _split(finding: Any, document: Document) -> bool:  # noqa: ANN401 -- of an untyped library
    """Whether a statement lacks a resource type of an action only because another statement has it.

    The linter looks at one statement at a time; IAM asks for each resource by itself.
    """
    if finding.issue != "RESOURCE_MISMATCH":
        return False
    given = {
        (action, resource.rpartition(":")[2])
        for statement in document["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    return all((lack["action"], lack["required_format"].rpartition(":")[2]) in given for lack in finding.detail)


def _through_ec2(finding: Any, document: Document) -> bool:  # noqa: ANN401 -- of an untyped library
    """Whether an action on every resource is one that only EC2 may do in the name of the caller."""
    theirs = {action for s in document["Statement"] for action in listed(s["Action"]) if s["Sid"] == "ReadReferences"}
    return finding.issue == "RESOURCE_STAR" and set(finding.detail) <= theirs


def _if_there(finding: Any) -> bool:  # noqa: ANN401 -- of an untyped library
    """Whether a condition is for a key that only some actions of the statement have, and asks for nothing without it.

    `IfExists` and `ForAllValues` are true where a request does not have the key.
    """
    return finding.issue == "UNKNOWN_CONDITION_FOR_ACTION" and any(
        f"Unknown condition {key} for action autoscaling:" in str(finding.detail or finding)
        for key in ("autoscaling:LaunchConfigurationName", "aws:RequestTag/snapnames:stack", "aws:TagKeys")
    )


@pytest.mark.parametrize(
    ("broken", "issue"),
    [
        ({"Action": "ec2:NameSnapshot"}, "UNKNOWN_ACTION"),
        ({"Resource": "arn:aws:ec2:*:*:instance/*"}, "RESOURCE_MISMATCH"),
        ({"Condition": {"StringEquals": {"ec2:SnapshotName": "x"}}}, "UNKNOWN_CONDITION_FOR_ACTION"),
    ],
)
def test_the_linter_finds_what_a_slip_would_bring(broken: dict[str, Any], issue: str) -> None:
    """An action that does not exist, a resource or a condition that it has not."""
    statement = {"Effect": "Allow", "Action": "ec2:DeleteSnapshot", "Resource": f"{EVERYWHERE}snapshot/*", **broken}

    found = parliament.analyze_policy_string(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    assert issue in {finding.issue for finding in found.findings}


def test_the_whole_is_made_of_its_parts() -> None:
    """What changes in a part is in the whole after `python -m dev.policies`."""
    assert policies.WHOLE.read_text(encoding="utf-8") == policies.made()


def test_what_is_enough_under_a_part_is_enough_under_the_whole() -> None:
    """It has every statement of each part, or one that allows more; and none of them denies anything.

    What EC2 reads for DescribeImageReferences would not fit: under the whole, no delete of an image is advised.
    """
    deploy, named, ledger = (part(name)["Statement"] for name in PARTS)
    reads = next(statement for statement in whole()["Statement"] if statement["Sid"] == "ReadAccount")
    wider = {"NameSnapshots": named[1], "ReadAccount": reads}

    assert whole()["Statement"] == [*(wider.get(s["Sid"], s) for s in deploy), ledger[1]]
    assert {*deploy[0]["Action"], *named[0]["Action"], *ledger[0]["Action"]} == {*reads["Action"]}
    assert {action for s in ledger for action in listed(s["Action"]) if not _reads(action, s)} == set()
    assert {s["Effect"] for document in ALL.values() for s in document["Statement"]} == {"Allow"}


@pytest.mark.parametrize("name", ALL)
def test_a_policy_fits_into_a_managed_policy(name: str) -> None:
    """AWS leaves out white space."""
    assert len("".join(json.dumps(ALL[name], separators=(",", ":")).split())) <= MANAGED_POLICY_LIMIT


@pytest.mark.parametrize("name", ALL)
def test_no_action_has_a_wildcard_and_only_reads_are_for_every_resource(name: str) -> None:
    """What writes has at least the kind of its resource."""
    statements = ALL[name]["Statement"]

    assert [action for s in statements for action in listed(s["Action"]) if "*" in action] == []
    assert {a for s in statements if s["Resource"] == "*" for a in listed(s["Action"]) if not _reads(a, s)} == set()


def _reads(action: str, statement: Document) -> bool:
    """Whether it lists or describes. What a service holds may be got only by EC2, in the name of the caller."""
    through = statement.get("Condition", {}).get("ForAnyValue:StringEquals", {}).get("aws:CalledVia", [])
    kinds = ("Describe", "List", "Get") if through == ["ec2-images.amazonaws.com"] else ("Describe", "List")
    # These tell settings of a region and have no resource that they could be limited to.
    kinds = (*kinds, "GetEbsDefaultKmsKeyId", "GetEbsEncryptionByDefault")
    return action.partition(":")[2].startswith(kinds)


def _snapshot(action: str, *, tags: dict[str, str] | None = None, given: dict[str, str] | None = None) -> Request:
    return _request(action, "snapshot/snap-1", tags=tags, given=given)


def _image(action: str, *, tags: dict[str, str] | None = None, given: dict[str, str] | None = None) -> Request:
    return _request(action, "image/ami-1", tags=tags, given=given)


def _request(action: str, resource: str, *, tags: dict[str, str] | None, given: dict[str, str] | None) -> Request:
    keys: Context = {f"aws:ResourceTag/{key}": (value,) for key, value in (tags or {}).items()}
    keys |= {f"aws:RequestTag/{key}": (value,) for key, value in (given or {}).items()}
    keys |= {"aws:TagKeys": tuple(given)} if given else {}
    return Request(action, EVERYWHERE + resource, keys)


_NAMED = {"Name": "front-web-1(001)"}


@pytest.mark.parametrize(
    ("tags", "given", "allowed"),
    [
        ({}, _NAMED, True),
        (_NAMED, {"Name": "front-web-1-001"}, True),
        ({"Name": "nightly backup"}, _NAMED, False),
        ({"Name": "front-web-admin-1(001)"}, _NAMED, False),
        ({}, {"Name": "nightly backup"}, False),
        (_NAMED, {"Name": "nightly backup"}, False),
    ],
)
def test_who_deploys_names_only_snapshots_without_a_foreign_name_and_only_like_this_service(
    tags: dict[str, str], given: dict[str, str], *, allowed: bool
) -> None:
    """The backup of somebody else keeps its name."""
    assert Policy(part("deploy")).allows(_snapshot("ec2:CreateTags", tags=tags, given=given)) is allowed


OURS = {"snapnames:stack": "organization/snapnames/production"}
THEIRS = {"snapnames:stack": "organization/snapnames/other"}


@pytest.mark.parametrize(
    ("request_", "allowed"),
    [
        (_snapshot("ec2:CreateTags", given={"Name": "front-web-1(001)"}), True),
        (_snapshot("ec2:CreateTags", given={"Name": "x", "access": "granted"}), False),
        (_snapshot("ec2:CreateTags", given={"access": "granted"}), False),
        (_snapshot("ec2:CreateTags"), False),
        (_image("ec2:CreateTags", tags=OURS, given={"Name": "x"}), True),
        (_image("ec2:CreateTags", tags=THEIRS, given={"Name": "x"}), False),
        (_image("ec2:CreateTags", given=OURS), False),
        (_image("ec2:DeleteTags", tags=OURS, given={"snapnames:stack": ""}), False),
        (_image("ec2:DeleteTags", tags=OURS), False),
        (_image("ec2:DeregisterImage", tags=OURS), False),
        (_image("ec2:ModifyImageAttribute", tags=OURS), False),
        (_snapshot("ec2:DeleteSnapshot", tags={"Name": "front-web-1(001)"}), False),
    ],
)
@pytest.mark.parametrize("document", [whole(), part("deploy")], ids=["whole", "deploy"])
def test_what_is_not_this_stacks_is_out_of_reach(document: Document, request_: Request, *, allowed: bool) -> None:
    """Tags that give access, other stacks' images, launch permissions, snapshots that others named."""
    assert Policy(document).allows(request_) is allowed


@pytest.mark.parametrize(
    ("request_", "allowed"),
    [
        (_image("ec2:DeregisterImage", tags=OURS), True),
        (_image("ec2:DeregisterImage", tags=THEIRS), False),
        (_image("ec2:DeregisterImage"), False),
        (_snapshot("ec2:DeleteSnapshot", tags={"Name": "front-web-1(001)"}), True),
        (_snapshot("ec2:DeleteSnapshot", tags={"Name": "front-web-admin-1(001)"}), False),
        (_snapshot("ec2:DeleteSnapshot", tags={"Name": "nightly backup"}), False),
        (_snapshot("ec2:CreateTags", given={"Name": "front-web-1(001)"}), False),
        (_image("ec2:CreateTags", tags=OURS, given={"Name": "x"}), False),
    ],
)
def test_who_deletes_reaches_only_what_this_service_has_named_and_writes_no_name(
    request_: Request, *, allowed: bool
) -> None:
    """A name decides what may be deleted, and is not theirs to write. Another service may begin with the same word."""
    assert Policy(part(PRUNE)).allows(request_) is allowed


GROUP_ARN = "arn:aws:autoscaling:ap-northeast-2:123456789012:autoScalingGroup:0:autoScalingGroupName/"
CONFIGURATION_ARN = "arn:aws:autoscaling:ap-northeast-2:123456789012:launchConfiguration:0:launchConfigurationName/"


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("autoscaling:DeleteLaunchConfiguration", CONFIGURATION_ARN),
        ("autoscaling:DeleteAutoScalingGroup", GROUP_ARN),
    ],
)
@pytest.mark.parametrize(
    ("name", "allowed"),
    [("front-web-1a2b3c4", True), ("front-web-admin-1a2b3c4", False), ("front-web-", False), ("other-1a2b3c4", False)],
)
def test_a_service_whose_name_begins_with_the_name_of_this_one_is_out_of_reach(
    action: str, arn: str, name: str, *, allowed: bool
) -> None:
    """Pulumi generates seven characters behind the name of the service."""
    tags: Context = {f"aws:ResourceTag/{key}": (value,) for key, value in OURS.items()}

    assert Policy(part("deploy")).allows(Request(action, f"{arn}{name}", tags)) is allowed


_WRITES_TAGS, _DELETES = ("CreateTags", "RegisterImage"), ("DeleteSnapshot", "DeregisterImage")


@pytest.mark.parametrize("name", ALL)
def test_no_policy_deletes_by_a_tag_that_it_lets_its_holder_write(name: str) -> None:
    """First call a foreign snapshot like one's own, then delete it: no policy holds both halves."""
    writes, deletes = set[tuple[str, str]](), set[tuple[str, str]]()
    for statement in ALL[name]["Statement"]:
        condition = json.dumps(statement.get("Condition", {}))
        kinds = {resource.rpartition(":")[2].partition("/")[0] for resource in listed(statement["Resource"])}
        for action in (action.partition(":")[2] for action in listed(statement["Action"])):
            if action in _WRITES_TAGS and "ec2:CreateAction" not in condition:
                keys = statement["Condition"].get("ForAllValues:StringEquals", {}).get("aws:TagKeys", ["any"])
                writes |= {(kind, key) for kind in kinds for key in keys}
            if action in _DELETES:
                keys = [key for key in ("Name", "snapnames:stack") if f"aws:ResourceTag/{key}" in condition]
                deletes |= {(kind, key) for kind in kinds for key in keys or ["nothing"]}

    assert not writes & deletes
    assert ("snapshot", "nothing") not in deletes
