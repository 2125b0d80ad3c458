"""What `OwnedImages` registers, recorded in the place of an engine."""

import asyncio
from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest, RegisterResourceResponse
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_pulumi_func
from snapnames.owned_images import OwnedImages, OwnedImagesArgs
from snapnames.rules.owned_names import RECORD_OUTPUT


@dataclass(frozen=True)
class Registered:
    """A Tag as the engine is told of it."""

    name: str
    value: str
    after: tuple[str, ...]
    """Names of the resources that have to be made first."""

    kept: bool
    """Whether what AWS has stays when the Tag goes from the program."""


_TAGS = "urn:pulumi:test::snapnames::snapnames:index:OwnedImages$aws:ec2/tag:Tag::"


def _tag(snapshot_id: str, name: str) -> dict[str, Any]:
    return {"type": "aws:ec2/tag:Tag", "outputs": {"resourceId": snapshot_id, "key": "Name", "value": name}}


class _Answers(Mocks):
    def __init__(self, record: Mapping[str, Any], left: Mapping[str, str] | None) -> None:
        self._record, self._left = record, left

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        if args.token == "pulumi:pulumi:readStackResourceOutputs":
            assert self._left is not None, "the state is read"
            return {"outputs": {f"{_TAGS}{one}": _tag(one, name) for one, name in self._left.items()}}, []
        assert args.token == "pulumi:pulumi:readStackOutputs"
        return {"outputs": {RECORD_OUTPUT: self._record} if self._record else {}}, []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return f"{args.name} id", dict(args.inputs)


class _Recorder(MockMonitor):
    def __init__(self, record: Mapping[str, Any], left: Mapping[str, str] | None) -> None:
        super().__init__(_Answers(record, left))
        self.tags: list[Registered] = []

    def RegisterResource(self, request: RegisterResourceRequest) -> RegisterResourceResponse:  # noqa: N802 -- gRPC
        if request.type == "aws:ec2/tag:Tag":
            self.tags.append(
                Registered(
                    request.name,
                    request.object["value"],
                    tuple(urn.rpartition("::")[2] for urn in request.dependencies),
                    request.retainOnDelete,
                )
            )
        answer: RegisterResourceResponse = super().RegisterResource(request)  # type: ignore[no-untyped-call] # the SDK's
        return answer


def registered(
    args: OwnedImagesArgs,
    record: Mapping[str, Any] | None = None,
    left: Mapping[str, str] | None = None,
    *,
    preview: bool = False,
) -> list[Registered]:
    """The Tags of the account's images in the order in which they were registered; `record`: of the last update.

    `left`: snapshot id to the Name of each Tag in the state. Without it, the state may not be read.
    """
    recorder = _Recorder(record or {}, left)

    def program() -> None:
        OwnedImages("all", args)

    async def run() -> None:
        set_mocks(recorder.mocks, "snapnames", "test", preview, monitor=recorder, organization="organization")
        SETTINGS.outputs = set()  # the mocks leave those of earlier tests in it, and the program would wait for them
        await run_pulumi_func(program)

    # What the SDK remembers of a program is in the context, and goes with it.
    copy_context().run(asyncio.run, run())
    return recorder.tags
