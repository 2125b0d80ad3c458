"""What an exported state says: its operations, images, outputs and roots."""

from typing import Any

import pytest
from snapnames.cli.state.exported import CutOff, Exported
from snapnames.rules.resource_types import CONFIGURATION, FLEET, GROUP, IMAGE, SOURCE_VOLUMES

from tests.state.test_missed import PROVIDER, PROVIDER_RESOURCE, ROOT, ROOTS, STACK_RESOURCE
from tests.state.test_repair import image, operation


def test_pending_operations_are_those_that_create_delete_and_update_and_others() -> None:
    """Of a read the same again does no harm."""
    creating, deleting, updating, reading = image(1), image(2), image(3), image(4)
    operations = [
        operation("updating", updating),
        operation("creating", creating),
        operation("reading", reading),
        operation("deleting", deleting),
    ]

    assert Exported({"pending_operations": operations}).cut_off == CutOff((creating,), (deleting,), (updating,), 1)


@pytest.mark.parametrize("deployment", [{}, {"pending_operations": None}, {"pending_operations": []}])
def test_a_state_without_pending_operations_was_not_cut_off(deployment: dict[str, Any]) -> None:
    """As most states are, also that of a stack that has nothing."""
    assert Exported(deployment).cut_off == CutOff((), (), (), 0)
    assert not Exported(deployment).cut_off


@pytest.mark.parametrize("kind", ["creating", "deleting", "updating"])
def test_any_pending_operation_says_that_an_update_was_cut_off(kind: str) -> None:
    """The engine goes on to warn of each."""
    assert Exported({"pending_operations": [operation(kind, image(1))]}).cut_off


def test_images_are_held_that_the_state_has_or_was_doing_something_with() -> None:
    """One whose create is pending has no id yet."""
    creating = {key: value for key, value in image(3).items() if key != "id"}
    other = {"urn": f"{ROOT}-web", "type": GROUP, "id": "web", "inputs": {"name": "web"}}
    operations = [operation("creating", creating), operation("deleting", image(2))]

    held = Exported({"resources": [*ROOTS, image(1, delete=True), other], "pending_operations": operations}).held_images

    assert held == {"ami-1": "web-1", "ami-2": "web-2"}
    assert Exported({}).held_images == {}


def test_images_are_leaving_whose_delete_was_begun_now_or_before_a_repair() -> None:
    """Not a launch configuration, and not one that stays."""
    configuration = {"urn": f"{ROOT}-web", "type": CONFIGURATION, "id": "web", "delete": True}
    deployment = {
        "resources": [*ROOTS, image(1), image(2, delete=True), configuration],
        "pending_operations": [operation("deleting", image(3)), operation("updating", image(1))],
    }

    assert Exported(deployment).leaving_images == {"ami-2", "ami-3"}
    assert Exported({"resources": None}).leaving_images == set()


@pytest.mark.parametrize(
    ("resources", "found"),
    [
        (ROOTS, True),
        (ROOTS[::-1], True),
        ([STACK_RESOURCE], False),
        ([PROVIDER_RESOURCE], False),
        ([STACK_RESOURCE, {**PROVIDER_RESOURCE, "urn": "urn:pulumi:test::web::pulumi:providers:aws::tokyo"}], False),
        ([STACK_RESOURCE, {**PROVIDER_RESOURCE, "type": "pulumi:providers:random"}], False),
        ([], False),
        (None, False),
    ],
)
def test_an_image_hangs_on_the_stack_and_on_its_default_provider_of_aws(
    resources: list[dict[str, Any]] | None, *, found: bool
) -> None:
    """Not on one that a program made for another region."""
    assert (Exported({"resources": resources}).roots is not None) is found


def test_a_resource_names_the_default_provider_by_urn_and_id() -> None:
    """As the engine writes it."""
    assert Exported({"resources": ROOTS}).default_provider == f"{PROVIDER}::0a1b"


def test_a_state_without_roots_has_no_default_provider() -> None:
    """Whoever asks has to look for the roots first."""
    with pytest.raises(ValueError, match="a state without the stack and its provider has no default provider"):
        _ = Exported({"resources": [STACK_RESOURCE]}).default_provider


def test_the_roots_are_the_stack_and_the_provider_of_the_program() -> None:
    """In this order, whatever the state's order is."""
    tokyo = {**PROVIDER_RESOURCE, "urn": PROVIDER.replace("default", "tokyo")}

    assert Exported({"resources": [tokyo, *ROOTS[::-1]]}).roots == (STACK_RESOURCE, PROVIDER_RESOURCE)


@pytest.mark.parametrize(
    ("resources", "outputs"),
    [
        (None, {}),
        ([PROVIDER_RESOURCE], {}),
        ([STACK_RESOURCE], {}),
        ([{**STACK_RESOURCE, "outputs": None}], {}),
        ([PROVIDER_RESOURCE, {**STACK_RESOURCE, "outputs": {"live": "1"}}], {"live": "1"}),
    ],
)
def test_the_outputs_are_those_of_the_stack_itself(
    resources: list[dict[str, Any]] | None, outputs: dict[str, str]
) -> None:
    """Before its first update it has none."""
    assert Exported({"resources": resources}).outputs == outputs


def volumes(name: str, inputs: object) -> dict[str, Any]:
    """The record of an update that it was about to make an image."""
    return {"urn": f"urn:pulumi:test::web::{SOURCE_VOLUMES}::{name}", "type": SOURCE_VOLUMES, "inputs": inputs}


def test_a_source_instance_is_recorded_by_what_was_read_before_the_create_or_by_the_create_itself() -> None:
    """A pending create says it best: a later try may read another source. Only of an image: a group has no source."""
    begun = image(2, inputs={"name": "web-2", "sourceInstanceId": "i-2"})
    both = image(1, inputs={"name": "web-1", "sourceInstanceId": "i-1"})
    operations = [operation("creating", one) for one in (begun, both, image(3), image(4, type=GROUP))]
    resources = [
        volumes("web-1", {"instance": "i-other"}),
        volumes("web-4", {"instance": "i-4"}),
        volumes("web-5", {"instance": 5}),
        volumes("web-6", None),
    ]

    found = Exported({"resources": resources, "pending_operations": operations}).recorded_instances

    assert found == {"web-1": "i-1", "web-2": "i-2", "web-3": "", "web-4": "i-4"}


def test_the_groups_of_fleets_are_those_beneath_a_component_that_stay() -> None:
    """Not one that the program declares by itself, one that was never made, or one that is about to be deleted."""
    fleet, alone = f"urn:pulumi:test::web::{FLEET}${GROUP}::", f"urn:pulumi:test::web::{GROUP}::"
    resources = [
        {"urn": f"{fleet}web", "type": GROUP, "id": "web-1"},
        {"urn": f"{alone}other", "type": GROUP, "id": "other-1"},
        {"urn": f"{fleet}unmade", "type": GROUP},
        {"urn": f"{fleet}leaving", "type": GROUP, "id": "leaving-1", "delete": True},
        {"urn": f"{fleet}configuration", "type": CONFIGURATION, "id": "configuration-1"},
    ]

    assert Exported({"resources": resources}).fleet_groups == ["web-1"]


def test_resources_of_a_type_are_given_also_when_they_are_about_to_be_deleted() -> None:
    """In the order of the state."""
    leaving = image(2, delete=True)

    assert list(Exported({"resources": [*ROOTS, image(1), leaving]}).of_type(IMAGE)) == [image(1), leaving]
