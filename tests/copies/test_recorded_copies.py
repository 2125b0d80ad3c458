"""Which copies the state of the running stack has, as the engine tells."""

import asyncio
from collections.abc import Callable, Mapping
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

import pytest
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks, set_mocks
from snapnames.errors import InputError
from snapnames.program.recorded_copies import RecordedCopy, recorded_copies, records_parameter
from snapnames.rules.resource_types import COPY, IMAGE, IMAGE_COPY, SSM_PARAMETER

FRONT, BACK = {"snapnames:service": "front"}, {"snapnames:service": "back"}
VOLUMES = [{"deviceName": "/dev/sda1", "snapshotId": "snap-1"}]


def of_copy(name: str, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that a program calls so, as the engine tells it."""
    return {f"urn:pulumi:test::web::{IMAGE_COPY}${COPY}::{name}": {"type": COPY, "outputs": outputs}}


STATE = {
    **of_copy("front-1:us-west-2", {"id": "ami-1", "tags": FRONT, "ebsBlockDevices": VOLUMES}),
    **of_copy("back-1:eu-west-1", {"id": "ami-2", "tags": BACK, "ebsBlockDevices": []}),
    **of_copy("front-2:us-west-2", {}),
    **of_copy("front-3:us-west-2", {"id": "ami-3", "tags": {"team": "web"}, "ebsBlockDevices": VOLUMES}),
    **of_copy("front-of-the-program", {"id": "ami-4", "tags": FRONT, "ebsBlockDevices": VOLUMES}),
    f"urn:pulumi:test::web::{IMAGE}::front-1": {"type": IMAGE, "outputs": {"id": "ami-5", "tags": FRONT}},
    f"urn:pulumi:test::web::{SSM_PARAMETER}::/web": {"type": SSM_PARAMETER, "outputs": {"name": "/web"}},
}
Answer = Callable[[MockCallArgs], dict[str, Any]]
T = TypeVar("T")


class _Engine(Mocks):
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return self._answer(args), []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        raise AssertionError(args)


def read_in(answer: Answer, read: Callable[[], T]) -> T:
    """What a read gives in a program that runs in an engine with this answer."""

    async def run() -> T:
        set_mocks(_Engine(answer), "web", "test", organization="organization")
        return read()

    # What the SDK remembers of a program is in the context, and goes with it.
    return copy_context().run(asyncio.run, run())


def answers(args: MockCallArgs) -> dict[str, Any]:
    """The state of the stack that runs, and of no other."""
    assert (args.token, args.args) == (
        "pulumi:pulumi:readStackResourceOutputs",
        {"stackName": "organization/web/test"},
    )
    return {"outputs": STATE}


def test_copies_of_releases_are_told_with_their_region_and_whether_the_state_has_their_snapshots() -> None:
    """What was never made has no id. What a program calls otherwise is its own, and no copy of a release."""
    assert read_in(answers, recorded_copies) == [
        RecordedCopy("ami-2", "back-1", "eu-west-1", has_volumes=False),
        RecordedCopy("ami-1", "front-1", "us-west-2", has_volumes=True),
        RecordedCopy("ami-3", "front-3", "us-west-2", has_volumes=True),
    ]


def test_a_service_has_its_copies_by_their_tag_and_by_their_name_when_somebody_took_the_tag_away() -> None:
    """A refresh reads into the state what people have written."""
    assert [one.image_id for one in read_in(answers, partial(recorded_copies, "front"))] == ["ami-1", "ami-3"]
    assert [one.image_id for one in read_in(answers, partial(recorded_copies, "back"))] == ["ami-2"]


def test_a_parameter_is_known_by_its_name() -> None:
    """In any region."""
    assert [read_in(answers, partial(records_parameter, name)) for name in ("/web", "/other")] == [True, False]


def test_a_state_that_the_engine_can_not_read_stops_the_update_with_the_next_step() -> None:
    """It could have a copy that is in use."""

    def broken(_: MockCallArgs) -> dict[str, Any]:
        raise ValueError("permission denied")

    with pytest.raises(InputError, match=r"(?s)can't read what the state of organization/web/test has.*run the same"):
        read_in(broken, recorded_copies)
