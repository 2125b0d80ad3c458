"""What becomes of pending creates that AWS has done, in states of the engine as it exports them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from snapnames.cli.errors import CommandError
from snapnames.cli.state.repair import Settled, foreign, mended
from snapnames.rules.resource_types import CONFIGURATION

STACK = "urn:pulumi:test::web::pulumi:pulumi:Stack::web-test"
PROVIDER = "urn:pulumi:test::web::pulumi:providers:aws::default"
URN = "urn:pulumi:test::web::snapnames:index:Fleet$aws:ec2/launchConfiguration:LaunchConfiguration::web"
ROOTS: list[dict[str, Any]] = [
    {"urn": STACK, "custom": False, "type": "pulumi:pulumi:Stack"},
    {"urn": PROVIDER, "custom": True, "id": "1", "type": "pulumi:providers:aws"},
]
EARLY, NOON, LATE = (datetime(2026, 11, 24, hour, tzinfo=UTC) for hour in (11, 12, 13))


def create(resource_id: str, made: datetime, **more: Any) -> Settled:  # noqa: ANN401 -- of a resource
    """One that AWS has done."""
    resource = {"urn": URN, "custom": True, "type": CONFIGURATION, "inputs": {"name": resource_id}}
    return Settled({**resource, "parent": STACK, "provider": f"{PROVIDER}::1", **more}, resource_id, made)


def live(resource_id: str, created: datetime | None = NOON) -> dict[str, Any]:
    """What the state has of that URN."""
    recorded = {"created": created.isoformat()} if created else {}
    return {"urn": URN, "custom": True, "id": resource_id, "type": CONFIGURATION, "inputs": {}, **recorded}


def left(state: list[dict[str, Any]], *creates: Settled) -> list[tuple[str, bool]]:
    """Id and whether it is left for the next update to delete, of all with that URN."""
    operations = [{"resource": one.resource, "type": "creating"} for one in creates]
    deployment = {"resources": [*ROOTS, *state], "pending_operations": operations}
    after = mended(deployment, creates)
    assert after["pending_operations"] == []
    return [(one["id"], one.get("delete", False)) for one in after["resources"] if one["urn"] == URN]


def test_of_what_has_one_urn_the_last_that_aws_made_stays() -> None:
    """Whichever of both the state has; the other is left to be deleted, as the engine leaves what it has replaced."""
    assert left([], create("new", LATE)) == [("new", False)]
    assert left([live("old")], create("new", LATE)) == [("old", True), ("new", False)]
    assert left([live("serves")], create("stale", EARLY)) == [("serves", False), ("stale", True)]
    assert left([live("repaired", None)], create("new", EARLY)) == [("repaired", True), ("new", False)]
    assert left([], create("second", LATE), create("first", EARLY)) == [("first", True), ("second", False)]


def test_what_the_state_has_already_is_neither_taken_in_again_nor_marked() -> None:
    """A pending create stays in all later states, also when its resource was made since."""
    assert left([live("web")], create("web", LATE)) == [("web", False)]
    assert left([], create("web", LATE), create("web", LATE)) == [("web", False)]


def test_what_is_taken_in_depends_on_nothing_that_the_state_has_lost() -> None:
    """The engine would refuse such a state; without a parent or a provider there is no way to take it in."""
    gone = f"{URN}-gone"
    lost = {"dependencies": [STACK, gone], "propertyDependencies": {"imageId": [gone], "name": None}}

    after = mended({"resources": ROOTS}, [create("web", NOON, **lost)])["resources"][-1]

    assert after["dependencies"] == [STACK]
    assert after["propertyDependencies"] == {"imageId": [], "name": []}
    for missing in ({"parent": gone}, {"provider": f"{PROVIDER}::2"}):
        with pytest.raises(CommandError, match="does not have its parent or provider any more: delete it by hand"):
            mended({"resources": ROOTS}, [create("web", NOON, **missing)])


def test_creates_that_are_found_by_name_or_do_no_harm_twice_are_no_strangers() -> None:
    """What a program makes beside the components is one: a second database is no retry."""
    tag = {"urn": "urn:pulumi:test::web::aws:ec2/tag:Tag::a", "type": "aws:ec2/tag:Tag"}
    group = {"urn": "urn:pulumi:test::web::aws:autoscaling/group:Group::a", "type": "aws:autoscaling/group:Group"}

    found = foreign([create("web", NOON).resource, tag, ROOTS[1], group])

    assert found == [group["urn"]]
