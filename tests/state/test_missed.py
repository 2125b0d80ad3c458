"""Images that a state has lost: which are taken in, and as what."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from snapnames.cli.state.missed import missed, taken_in, without_volumes
from snapnames.rules.images import Image

ROOT = "urn:pulumi:test::web::pulumi:pulumi:Stack::web-test"
PROVIDER = "urn:pulumi:test::web::pulumi:providers:aws::default_7_51_1"
RELEASE = "urn:pulumi:test::web::snapnames:index:ReleaseImage"
IMAGE, TAG = "aws:ec2/amiFromInstance:AmiFromInstance", "aws:ec2/tag:Tag"
STACK_RESOURCE = {"urn": ROOT, "custom": False, "type": "pulumi:pulumi:Stack"}
PROVIDER_RESOURCE = {"urn": PROVIDER, "custom": True, "id": "0a1b", "type": "pulumi:providers:aws"}
ROOTS: list[dict[str, Any]] = [STACK_RESOURCE, PROVIDER_RESOURCE]


def described(number: int, **more: Any) -> Image:  # noqa: ANN401 -- of an image
    """An image that EC2 has, with two volumes."""
    return replace(
        Image(
            f"ami-{number}",
            f"web-{number}",
            datetime(2018, 3, 7, tzinfo=UTC),
            snapshots={"/dev/sda1": f"snap-{number}a", "/dev/sdf": f"snap-{number}f"},
            tags={"Name": f"web-{number}", "snapnames:stack": "o/web/test"},
            source_instance_id="i-1",
        ),
        **more,
    )


def held(number: int, name: str = "", **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a resource
    """What the state has of an image."""
    return {
        "urn": f"{RELEASE}${IMAGE}::web-{number}",
        "type": IMAGE,
        "id": f"ami-{number}",
        "inputs": {"name": name or f"web-{number}"},
        **more,
    }


def test_an_image_is_missed_that_the_state_has_neither_by_id_nor_by_name() -> None:
    """One of its name that was made since has to be cleared by a refresh first."""
    resources = [*ROOTS, held(1, name="renamed"), held(7, name="web-2"), {**held(3), "type": TAG}]
    images = [described(number) for number in (1, 2, 3)]

    assert [image.name for image in missed({"resources": resources}, images)] == ["web-3"]
    assert missed({"resources": None}, images) == images


def test_an_image_is_without_volumes_that_ec2_has_made_and_the_state_shows_none_of() -> None:
    """As after a create that timed out. One that EC2 is still making has none yet."""
    resources = [
        *ROOTS,
        held(1, outputs={"ebsBlockDevices": [{"deviceName": "/dev/sda1"}]}),
        held(2, outputs={"ebsBlockDevices": []}),
        held(3),
        held(4),
        held(5),
    ]
    images = [*(described(number) for number in (1, 2, 3)), described(4, state="pending")]

    found = without_volumes({"resources": resources}, images)

    assert found == [f"{RELEASE}${IMAGE}::web-2", f"{RELEASE}${IMAGE}::web-3"]
    assert without_volumes({"resources": None}, images) == []


def test_an_image_is_taken_in_with_its_component_and_the_names_that_its_snapshots_have() -> None:
    """Just as `ReleaseImage` declares them, so that the next update has nothing to do but what is not named yet."""
    after = taken_in({"resources": ROOTS, "manifest": {}}, [described(1)], {"snap-1f": "web-1(002)", "snap-9": "x"})

    inputs = {
        "name": "web-1",
        "sourceInstanceId": "i-1",
        "snapshotWithoutReboot": True,
        "tags": {"Name": "web-1", "snapnames:stack": "o/web/test"},
        "__defaults": [],
    }
    tag = {"key": "Name", "resourceId": "snap-1f", "value": "web-1(002)", "__defaults": []}
    image_urn, provider = f"{RELEASE}${IMAGE}::web-1", f"{PROVIDER}::0a1b"
    assert after["manifest"] == {}
    assert after["resources"] == [
        *ROOTS,
        {
            "urn": f"{RELEASE}::web-1",
            "custom": False,
            "type": "snapnames:index:ReleaseImage",
            "parent": ROOT,
        },
        {
            "urn": image_urn,
            "custom": True,
            "id": "ami-1",
            "type": IMAGE,
            "inputs": inputs,
            "outputs": {**inputs, "id": "ami-1", "manageEbsSnapshots": True},
            "parent": f"{RELEASE}::web-1",
            "provider": provider,
        },
        {
            "urn": f"{RELEASE}${TAG}::web-1:/dev/sdf",
            "custom": True,
            "id": "snap-1f,Name",
            "type": TAG,
            "inputs": tag,
            "outputs": {**tag, "id": "snap-1f,Name"},
            "parent": f"{RELEASE}::web-1",
            "provider": provider,
            "dependencies": [image_urn],
            "deletedWith": image_urn,
        },
    ]


@pytest.mark.parametrize(("shown", "inputs"), [("of the web", {"description": "of the web"}), ("", {})])
def test_a_description_is_taken_in_where_there_is_one(shown: str, inputs: dict[str, str]) -> None:
    """An image without one is declared without."""
    image = described(1, snapshots={}, description=shown)

    (_, made) = taken_in({"resources": ROOTS}, [image], {})["resources"][2:]

    assert {key: value for key, value in made["inputs"].items() if key == "description"} == inputs


def test_nothing_is_taken_into_a_state_that_has_lost_what_an_image_hangs_on() -> None:
    """The engine would refuse such a state."""
    with pytest.raises(ValueError, match=r"^the state has lost what an image hangs on$"):
        taken_in({"resources": [STACK_RESOURCE]}, [described(1)], {})


def test_what_the_state_still_has_of_an_image_is_not_taken_in_twice() -> None:
    """As a component whose image was lost; the engine refuses two resources of one URN."""
    component = {"urn": f"{RELEASE}::web-1", "custom": False, "type": "snapnames:index:ReleaseImage", "parent": ROOT}
    names = {f"snap-{number}{device}": "x" for number in (1, 2) for device in "af"}

    after = taken_in({"resources": [*ROOTS, component]}, [described(1), described(2)], names)["resources"]

    urns = [resource["urn"] for resource in after]
    assert urns == [
        ROOT,
        PROVIDER,
        f"{RELEASE}::web-1",
        f"{RELEASE}${IMAGE}::web-1",
        f"{RELEASE}${TAG}::web-1:/dev/sda1",
        f"{RELEASE}${TAG}::web-1:/dev/sdf",
        f"{RELEASE}::web-2",
        f"{RELEASE}${IMAGE}::web-2",
        f"{RELEASE}${TAG}::web-2:/dev/sda1",
        f"{RELEASE}${TAG}::web-2:/dev/sdf",
    ]
    assert after[2] is component
