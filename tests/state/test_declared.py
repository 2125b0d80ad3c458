"""What a state says of images and names, also after a refresh or in the middle of an update."""

from typing import Any

import pytest
from snapnames.cli.state.declared import Declared, declared

STACK = "organization/web/test"
URN = "urn:pulumi:test::web::"
IMAGE, TAG = "aws:ec2/amiFromInstance:AmiFromInstance", "aws:ec2/tag:Tag"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
RELEASE, OWNED = "snapnames:index:ReleaseImage", "snapnames:index:OwnedImages"


def image(number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a resource
    """A release's image."""
    return {
        "urn": f"{URN}{RELEASE}${IMAGE}::web-{number}",
        "type": IMAGE,
        "id": f"ami-{number}",
        "inputs": {"name": f"web-{number}"},
        **more,
    }


def component(number: int, ids: object, names: object) -> dict[str, Any]:
    """A release, with what it declared at the last update."""
    outputs = {"snapshot_ids": ids, "snapshot_names": names}
    return {"urn": f"{URN}{RELEASE}::web-{number}", "type": RELEASE, "outputs": outputs}


def tag(component_type: str, snapshot_id: str, value: str, key: str = "Name") -> dict[str, Any]:
    """A Tag beneath a component, as the last refresh has read it."""
    inputs = {"key": key, "resourceId": snapshot_id, "value": value}
    return {"urn": f"{URN}{component_type}${TAG}::web:{snapshot_id}:{key}", "type": TAG, "inputs": inputs}


def stack(**outputs: Any) -> dict[str, Any]:  # noqa: ANN401 -- whatever a program exports
    """The stack itself, with its outputs."""
    return {"urn": f"{URN}pulumi:pulumi:Stack::web-test", "type": "pulumi:pulumi:Stack", "outputs": outputs}


def read(*resources: dict[str, Any], pending: list[dict[str, Any]] | None = None) -> Declared:
    """What is declared by a state of these resources."""
    return declared({"resources": list(resources), "pending_operations": pending or []}, STACK)


@pytest.mark.parametrize("deployment", [{}, {"resources": []}])
def test_a_stack_that_has_nothing_declares_nothing(deployment: dict[str, Any]) -> None:
    """Not even a live release."""
    assert declared(deployment, STACK) == Declared(stack=STACK)


def test_images_are_declared_until_their_delete_was_begun() -> None:
    """One without an id was never made."""
    unmade = {key: value for key, value in image(3).items() if key != "id"}

    found = read(image(1), image(2, delete=True), unmade)

    assert (found.images, found.leaving) == ({"ami-1": "web-1"}, frozenset({"ami-2"}))


def test_an_image_that_an_update_was_making_is_known_by_its_name() -> None:
    """Not a launch template that it was making, and not an image that it was deleting."""
    template = {"type": TEMPLATE, "inputs": {"name": "web-4"}}
    pending = [
        {"type": "creating", "resource": {"type": IMAGE, "inputs": {"name": "web-1"}}},
        {"type": "creating", "resource": template},
        {"type": "deleting", "resource": image(2)},
    ]

    found = read(stack(), pending=pending)

    assert found.creating == frozenset({"web-1"})


def test_a_name_is_what_the_release_declared_although_a_refresh_has_read_another_one() -> None:
    """A refresh changes the Tag and leaves the outputs of the component."""
    found = read(
        component(1, {"/dev/sda1": "snap-a", "/dev/sdf": "snap-f"}, {"/dev/sda1": "web-1(001)"}),
        tag(RELEASE, "snap-a", "by hand"),
        tag(RELEASE, "snap-f", "web-1(002)"),
        tag(RELEASE, "snap-a", "web", key="team"),
    )

    assert found.names == {"snap-a": "web-1(001)", "snap-f": "web-1(002)"}
    assert found.owned == {}


@pytest.mark.parametrize(("ids", "names"), [(None, None), ({}, {}), ({"/dev/sda1": "snap-a"}, None)])
def test_a_release_that_was_not_finished_declares_what_its_tags_say(ids: object, names: object) -> None:
    """Its outputs are missing, or empty."""
    found = read(component(1, ids, names), {**component(2, None, None), "outputs": None}, tag(RELEASE, "snap-a", "x"))

    assert found.names == {"snap-a": "x"}


def test_a_name_of_an_owned_image_is_the_recorded_one_although_a_refresh_has_read_another_one() -> None:
    """A Tag that the record does not know is of an update that failed on the way."""
    found = read(
        stack(ownedImages={"names": {"snap-1": "old-1(001)"}}),
        tag(OWNED, "snap-1", "by hand"),
        tag(OWNED, "snap-2", "old-2(001)"),
        tag(OWNED, "snap-2", "before", key="snapnames:previous-name"),
    )

    assert found.owned == {"snap-1": "old-1(001)", "snap-2": "old-2(001)"}
    assert found.names == {}


def test_a_name_that_was_found_is_known_by_the_component_which_has_no_tag_for_it() -> None:
    """Whatever the program calls the output with the record."""
    outputs = {"names": {"snap-1": "old-1(001)", "snap-2": None}}

    found = read({"urn": f"{URN}{OWNED}::taken-in", "type": OWNED, "outputs": outputs}, tag(OWNED, "snap-1", "by hand"))

    assert found.owned == {"snap-1": "old-1(001)"}


def test_a_tag_that_is_about_to_be_deleted_or_is_another_programs_declares_nothing() -> None:
    """Nor one that has no inputs in the state."""
    foreign = {**tag(RELEASE, "snap-2", "x"), "urn": f"{URN}{TAG}::x"}

    found = read(
        {**tag(RELEASE, "snap-1", "x"), "delete": True}, foreign, {**tag(RELEASE, "snap-3", "x"), "inputs": None}
    )

    assert found.names == {}


def test_releases_and_the_live_one_are_what_the_stack_exports() -> None:
    """By the ids of their images."""
    found = read(stack(images={"2": "ami-2", "1": "ami-1"}, live="1"))

    assert (found.releases, found.live) == ({"ami-2": "2", "ami-1": "1"}, "1")


@pytest.mark.parametrize("images", [None, "ami-1", ["ami-1"], {"1": 1}, {"1": None}])
@pytest.mark.parametrize("live", [None, 1, ["1"], {"live": "1"}])
def test_outputs_of_another_kind_are_another_programs(images: object, live: object) -> None:
    """They say nothing of releases."""
    found = read(stack(images=images, live=live, ownedImages=["x"]))

    assert (found.releases, found.live, found.owned) == ({}, None, {})


def test_templates_are_those_that_the_state_has_and_keeps() -> None:
    """By their ids; one without an id was never made."""
    found = read(
        {"urn": "a", "type": TEMPLATE, "id": "lt-1"},
        {"urn": "b", "type": TEMPLATE, "id": "lt-2", "delete": True},
        {"urn": "c", "type": TEMPLATE},
        {"urn": "d", "type": IMAGE, "inputs": {"name": "x"}, "id": "ami-1"},
    )

    assert found.templates == frozenset({"lt-1"})


@pytest.mark.parametrize(
    ("stack_name", "builder", "built"),
    [(STACK, STACK, True), (STACK, "organization/web/other", False), (STACK, None, False), ("", "", False)],
)
def test_an_image_is_built_by_the_stack_whose_tag_it_bears(
    stack_name: str, builder: str | None, *, built: bool
) -> None:
    """Without a stack no image is."""
    assert Declared(stack_name).built(builder) is built
