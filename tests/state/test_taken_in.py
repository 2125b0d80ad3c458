"""What a state says of images that others built, and that the stack took in."""

from typing import Any

from snapnames.cli.state.declared import declared
from snapnames.cli.state.exported import Exported
from snapnames.rules.resource_types import TAKEN_IN_IMAGE
from snapnames.rules.taken_in import TakenIn

from tests.state.test_declared import STACK, URN, image, stack


def taken(number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a resource
    """The component of an image that was taken in, as the engine exports it."""
    name = f"web-{number}"
    inputs = {"image_id": f"ami-{number}", "image_name": name, "snapshots": {"/dev/sda1": f"snap-{number}"}}
    return {"urn": f"{URN}{TAKEN_IN_IMAGE}::{name}", "type": TAKEN_IN_IMAGE, "inputs": inputs, **more}


def test_what_was_taken_in_is_known_by_id_with_its_name_and_its_snapshots() -> None:
    """As the last update has registered it, and not as a tag says. One that an update lets go of is not there."""
    state = Exported({"resources": [taken(1), taken(2, delete=True), image(3)]})

    assert state.taken_in == {"ami-1": TakenIn("ami-1", "web-1", {"/dev/sda1": "snap-1"})}


def test_an_image_that_was_taken_in_is_none_that_an_update_could_delete() -> None:
    """What the state holds, and an update deletes when its release is dropped, are the stack's own images."""
    state = Exported({"resources": [taken(1), image(3)]})

    assert (state.held_images, state.leaving_images) == ({"ami-3": "web-3"}, set())


def test_the_ledger_finds_it_in_the_state_with_its_release() -> None:
    """So it never advises to delete it."""
    found = declared({"resources": [stack(images={"1": "ami-1"}), taken(1), image(3)]}, STACK)

    assert found.images == {"ami-1": "web-1", "ami-3": "web-3"}
    assert found.releases == {"ami-1": "1"}
