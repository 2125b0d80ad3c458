"""What is taken out of an exported state, and into it: plain functions over deployments."""

from datetime import UTC, datetime
from typing import Any

import pytest
from snapnames.cli.errors import CommandError
from snapnames.cli.state.repair import Settled, foreign, mended, unread, with_dependents
from snapnames.rules.resource_types import GROUP, IMAGE, SSM_PARAMETER, TAG

STACK = "urn:pulumi:test::web::pulumi:pulumi:Stack::web-test"
PROVIDER = "urn:pulumi:test::web::pulumi:providers:aws::default"
URN = f"urn:pulumi:test::web::snapnames:index:ReleaseImage${IMAGE}::web-1"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROOTS: list[dict[str, Any]] = [
    {"urn": STACK, "custom": False, "type": "pulumi:pulumi:Stack"},
    {"urn": PROVIDER, "custom": True, "id": "1", "type": "pulumi:providers:aws"},
]


def image(number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a resource
    """An image in a state."""
    return {
        "urn": f"{URN[:-1]}{number}",
        "type": IMAGE,
        "id": f"ami-{number}",
        "inputs": {"name": f"web-{number}"},
        **more,
    }


def operation(kind: str, resource: dict[str, Any]) -> dict[str, Any]:
    """A pending operation."""
    return {"type": kind, "resource": resource}


def test_an_image_that_is_taken_in_goes_with_its_snapshots() -> None:
    """The provider deletes those of an image with this output alone, which only its own create sets."""
    inputs = {"name": "web-1", "sourceInstanceId": "i-1", "__defaults": ["x"]}
    resource = image(1, inputs=inputs, parent=STACK, provider=f"{PROVIDER}::1")
    del resource["id"]

    after = mended({"resources": ROOTS}, [Settled(resource, "ami-1", NOON)])["resources"][-1]

    assert after == {
        **resource,
        "id": "ami-1",
        "outputs": {"name": "web-1", "sourceInstanceId": "i-1", "id": "ami-1", "manageEbsSnapshots": True},
    }


def test_another_resource_that_is_taken_in_has_its_inputs_and_its_id_as_outputs() -> None:
    """Nothing of an image."""
    resource = {"urn": f"{STACK}-web", "type": GROUP, "inputs": {"name": "web", "__defaults": []}}

    after = mended({"resources": ROOTS}, [Settled(resource, "web", NOON)])["resources"][-1]

    assert after == {**resource, "id": "web", "outputs": {"name": "web", "id": "web"}}


def test_what_cannot_be_taken_in_says_what_aws_has_and_what_to_do() -> None:
    """Its parent is lost."""
    resource = image(1, parent=f"{STACK}-gone")

    with pytest.raises(CommandError) as refused:
        mended({"resources": ROOTS}, [Settled(resource, "ami-1", NOON)])

    assert str(refused.value) == (
        f"{URN} was made by an update that was cut off (ami-1), and the state does not have its parent or provider any "
        "more: delete it by hand, and run `pulumi refresh`, which asks what became of it"
    )


def test_an_image_that_ec2_does_not_have_any_more_is_left_for_the_next_update_to_delete() -> None:
    """Only an image: another resource may have an id that looks the same. All else of the state stays."""
    tag = {"urn": f"{STACK}-tag", "type": TAG, "id": "ami-1"}
    before = {"manifest": {"magic": 1}, "resources": [*ROOTS, image(1), image(2), tag]}

    after = mended({**before, "pending_operations": [operation("deleting", image(1))]}, [], {"ami-1"})

    assert after == {
        "manifest": {"magic": 1},
        "resources": [*ROOTS, {**image(1), "delete": True}, image(2), tag],
        "pending_operations": [],
    }


def other(number: int, hour: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a resource
    """An image of one URN that the state has since that hour."""
    return {**image(1, **more), "id": f"ami-{number}", "created": NOON.replace(hour=hour).isoformat()}


def pending_image(number: int, hour: int) -> Settled:
    """A pending create of that URN which AWS has done."""
    resource = {key: value for key, value in image(1).items() if key != "id"}
    return Settled(resource, f"ami-{number}", NOON.replace(hour=hour))


def test_what_is_taken_in_changes_nothing_else_in_the_state() -> None:
    """Of what has the same URN the older one is left to be deleted; what is known already is passed over."""
    before = [*ROOTS, other(1, 8), image(2)]

    after = mended({"resources": before}, [pending_image(1, 8), pending_image(3, 9)])["resources"]

    assert after[:-1] == [*ROOTS, {**other(1, 8), "delete": True}, image(2)]
    assert (after[-1]["id"], "delete" in after[-1]) == ("ami-3", False)


def test_what_is_to_be_deleted_already_is_not_what_lives() -> None:
    """Though it was made later than what is taken in."""
    after = mended({"resources": [*ROOTS, other(1, 10, delete=True)]}, [pending_image(2, 9)])["resources"]

    assert (after[-1]["id"], "delete" in after[-1]) == ("ami-2", False)


def test_of_what_was_made_in_the_same_second_the_one_that_the_state_has_stays() -> None:
    """AWS counts in seconds."""
    after = mended({"resources": [*ROOTS, other(1, 9)]}, [pending_image(2, 9)])["resources"]

    assert [(one["id"], one.get("delete", False)) for one in after[-2:]] == [("ami-1", False), ("ami-2", True)]


def test_a_stack_that_has_nothing_is_mended_to_nothing() -> None:
    """The engine exports no list of resources then."""
    assert mended({"resources": None}, []) == {"resources": [], "pending_operations": []}


def test_a_parameter_is_foreign_unless_it_bears_the_mark_of_a_stack() -> None:
    """A program of one's own may have others, whose creates only a person can settle."""
    urn = f"urn:pulumi:test::web::{SSM_PARAMETER}::/web/ami"
    theirs: dict[str, Any] = {"urn": urn, "type": SSM_PARAMETER, "inputs": {"name": "/web/ami"}}
    ours = {**theirs, "inputs": {"name": "/web/ami", "tags": {"snapnames:stack": "organization/web/test"}}}

    assert foreign([theirs, ours]) == [urn]


def test_a_resource_beside_the_components_is_foreign_unless_it_is_a_provider() -> None:
    """Of a provider, and of a Tag, the same again does no harm."""
    bucket = {"urn": "urn:pulumi:test::web::aws:s3/bucket:Bucket::logs", "type": "aws:s3/bucket:Bucket"}
    provider = {"urn": f"{PROVIDER}-2", "type": "pulumi:providers:aws"}

    assert foreign([bucket, provider, image(1)]) == [bucket["urn"]]


@pytest.mark.parametrize("kind", [IMAGE])
def test_what_a_repair_has_taken_in_is_unread_until_it_has_an_arn(kind: str) -> None:
    """Only a refresh gives one."""
    taken_in, read = (image(number, type=kind) for number in (1, 2))
    read["outputs"] = {"arn": "arn:aws:ec2:ap-northeast-2::image/ami-2"}
    without_outputs = image(3, type=kind)

    found = unread({"resources": [*ROOTS, taken_in, read, without_outputs]})

    assert found == {taken_in["urn"], without_outputs["urn"]}
    assert unread({"resources": None}) == set()


def test_a_tag_is_never_unread() -> None:
    """It has no ARN at all."""
    assert unread({"resources": [image(1, type=TAG)]}) == set()


def test_what_depends_on_a_resource_goes_with_it_is_in_it_or_depends_on_such_a_one_is_refreshed_with_it() -> None:
    """In the order of a state, and nothing else."""
    resources = [
        {"urn": "before"},
        {"urn": "it"},
        {"urn": "depends", "dependencies": ["before", "it"]},
        {"urn": "goes with it", "deletedWith": "it"},
        {"urn": "is in it", "parent": "it"},
        {"urn": "depends on what depends", "dependencies": ["depends"]},
        {"urn": "other", "parent": "before", "dependencies": ["before"], "deletedWith": ""},
    ]

    found = with_dependents({"resources": resources}, {"it"})

    assert found == ["depends", "depends on what depends", "goes with it", "is in it", "it"]


def test_a_resource_without_dependents_is_refreshed_alone() -> None:
    """Also where the state has no resource of that URN any more."""
    assert with_dependents({"resources": ROOTS}, {URN}) == [URN]
    assert with_dependents({}, set()) == []
