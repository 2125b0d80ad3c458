"""Names for the snapshots of every image that the account owns, whoever built it."""

import asyncio
import os
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, NotRequired, TypedDict

import pulumi
from pulumi import ComponentResource, Output, ResourceOptions

from snapnames.aws.live_names import LiveNames, read_names
from snapnames.aws.pace import PER_SECOND, READS_PER_WRITE, Pace, later
from snapnames.errors import InputError
from snapnames.resources.account_images import stack_tag
from snapnames.resources.aws_resources import Tag
from snapnames.resources.given_names import given_names, kept_since
from snapnames.resources.stack_outputs import last_outputs, tagged_names
from snapnames.rules.image_selection import ImageSelection
from snapnames.rules.images import Holdings
from snapnames.rules.limits import chunks
from snapnames.rules.naming import DEFAULT_PATTERN, check_pattern
from snapnames.rules.owned_names import (
    PREVIOUS_NAME,
    RECORD_OUTPUT,
    DeclaredName,
    OwnedNames,
    Record,
    decide,
    to_do_text,
)
from snapnames.rules.resource_types import OWNED_IMAGES, TAG
from snapnames.rules.state_writes import slow_update

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


WAVE = 500
"""So many names are on their way to the engine at once. Each takes memory in the SDK until the engine has it."""


class OwnedImagesArgs(TypedDict):
    """The inputs of `OwnedImages`: which images count, and what happens to names that exist already."""

    name_pattern: NotRequired[str]
    """Pattern for the Name of each snapshot. Fields: {image}, {index}, {device}. Default: `{image}({index:03d})`."""

    names: NotRequired[Sequence[str]]
    """Globs. The name of an image must match one of them. Default: every image."""

    tags: NotRequired[Mapping[str, str]]
    """Tags that an image must have, with the same values. Default: none."""

    minimum_age_seconds: NotRequired[float]
    """The least age of an image, in seconds. Default: 0."""

    exclude: NotRequired[Sequence[str]]
    """Globs. An image is left out if its name or id matches one of them. Default: none."""

    image_ids: NotRequired[Sequence[str]]
    """Ids of the only images that count. Nothing else of the account is read then. Default: every image."""

    overwrite: NotRequired[bool]
    """Replace names that others gave. The tag `snapnames:previous-name` keeps the old name. Default: false."""

    remove_names_on_destroy: NotRequired[bool]
    """On destroy, remove names that are still ours, and give previous names back. Default: false, all names stay."""

    names_per_second: NotRequired[float]
    """Names per second after the first 90, more than 0. Default: 10, which is EC2's limit for CreateTags."""

    record_output: NotRequired[str]
    """The name of the stack output under which the program exports `record`. Default: `ownedImages`."""


class _Live(NamedTuple):
    """A snapshot that gets a name."""

    snapshot_id: str
    tags: Mapping[str, str]
    recorded: str | None
    """The Name that the last update recorded for its Tag. None if it recorded no name, or if it has no Tag."""


class OwnedImages(ComponentResource):
    """A Name on each EBS snapshot behind the images that the account owns in the provider's region.

    Each Name that has to be written is a Tag of the stack. A Name that is there already, as the pattern gives it, is
    recorded and has no Tag: it is read in bulk at each update. If it is lost, the next update gives it by a Tag.

    Order and pattern are the same as for `ReleaseImage`. A snapshot that several images share is named after the oldest
    of them. A name that a person gave stays, also if this component had named the snapshot before. Names that this
    component gave stay when it is destroyed. There is one exception: a name that a person gives in the last seconds
    before the component's own is replaced, because EC2 can't make a write depend on the present name.

    Export `record` as the stack output `ownedImages`. At the next update, the component reads this output, and so it
    knows which names are its own.

    Leaves alone: snapshots behind images that a `ReleaseImage` of this stack built, snapshots behind no image, images
    that are pending.

    Raises `InputError` for bad arguments, for a provider that is not the stack's default one (boto3 lists the images
    with the stack's `aws:` config), and if the account can't be read.
    """

    names: Output[dict[str, str]]
    """Snapshot id to the Name that was given to it."""

    kept: Output[dict[str, dict[str, str]]]
    """Snapshot id to the `name` that it keeps, the name that was `wanted` for it, and `why` it keeps its name."""

    shared: Output[dict[str, dict[str, Any]]]
    """Snapshot id to the image that it is `named_after`, and the `others` that share the snapshot."""

    skipped: Output[dict[str, str]]
    """Snapshot id to the reason why the snapshot can't have a name."""

    record: Output[dict[str, Any]]
    """All of the above, for the stack's outputs."""

    def __init__(self, name: str, args: OwnedImagesArgs, opts: ResourceOptions | None = None) -> None:
        """List the account, and declare the names; `args` as `OwnedImagesArgs` says."""
        check_pattern(args.get("name_pattern", DEFAULT_PATTERN), "name_pattern")
        if args.get("names_per_second", PER_SECOND) <= 0:
            raise InputError(f"names_per_second is {args['names_per_second']!r}; it is more than 0: set it so")
        super().__init__(OWNED_IMAGES, name, {}, opts)
        if self.get_provider(TAG) is not None:
            raise InputError(
                f"OwnedImages {name!r} has a provider of its own; it lists the account with the stack's aws: config: "
                "leave the provider out, and set aws: config for a stack of its own"
            )
        self._args = args
        rate = args.get("names_per_second", PER_SECOND)
        self._writes, self._reads = Pace(rate), Pace(rate * READS_PER_WRITE)
        account, client = _listed(args.get("image_ids"))
        self._live = LiveNames(partial(read_names, client), rate)
        last = last_outputs().get(args.get("record_output", RECORD_OUTPUT))
        self.record = self._declare(account, Record.of(last))
        self.names = self.record.apply(lambda record: record["names"])
        self.kept = self.record.apply(lambda record: record["kept"])
        self.shared = self.record.apply(lambda record: record["shared"])
        self.skipped = self.record.apply(lambda record: record["skipped"])
        self.register_outputs({"names": self.names, "kept": self.kept, "shared": self.shared, "skipped": self.skipped})

    def _declare(self, account: Holdings, record: Record) -> Output[dict[str, Any]]:
        args = self._args
        names = decide(
            account,
            record,
            stack=stack_tag(),
            selection=ImageSelection(
                args.get("names", ("*",)),
                args.get("tags", {}),
                timedelta(seconds=args.get("minimum_age_seconds", 0)),
                args.get("exclude", ()),
                args.get("image_ids"),
            ),
            pattern=args.get("name_pattern", DEFAULT_PATTERN),
            overwrite=args.get("overwrite", False),
            now=datetime.now(UTC),
        )
        removes = args.get("remove_names_on_destroy", False)
        given = {snapshot_id: declared.name for snapshot_id, declared in names.declared.items()}
        if removes or record.removes:
            # Imports dill, which only this wants.
            from snapnames.resources.name_removal import NameRemoval  # noqa: PLC0415

            NameRemoval(self, given, removes=removes)
        found = names.found(account, record)
        if not record.has(found):
            # The last update has not come to its end, or somebody else has given these names.
            tags_left = tagged_names(OWNED_IMAGES)
            record = record.with_tags({one: name for one, name in tags_left.items() if one in found})
            found = names.found(account, record)
        self._say(names, record, found)
        told = {"renamed": names.renamed, "shared": names.shared, "skipped": names.skipped, "removes": removes}
        # The record depends on the Tags, so that a failed update records no name that it did not give.
        wanted = {one: declared for one, declared in names.declared.items() if one not in found}
        tags: Output[dict[str, Any]] = Output.from_input(self._declare_names(wanted, account, record))
        return tags.apply(
            lambda made: {
                "names": found | given_names(made, given, record),
                "kept": names.kept | kept_since(made, given, record),
                "found": sorted(found),
                **told,
            },
            run_with_unknowns=True,
        )

    async def _declare_names(
        self, names: Mapping[str, DeclaredName], account: Holdings, record: Record
    ) -> dict[str, Any]:
        """Declare a Tag for each name, some hundred at a time; snapshot id to the id and the value of its Tag."""
        tags = {}
        for wave in chunks(names, WAVE):
            begun = []
            for snapshot_id in wave:
                live = _Live(snapshot_id, account.snapshots[snapshot_id].tags, record.of_tag(snapshot_id))
                tag = self._declare_name(live, names[snapshot_id])
                tags[snapshot_id] = [tag.id, tag.value]
                begun.append(tag.urn.future())
            # A failure is the engine's to tell. It ends the update, or the update goes on with the others.
            await asyncio.gather(*begun, return_exceptions=True)
        return tags

    def _declare_name(self, live: _Live, declared: DeclaredName) -> Tag:
        """Declare the Name. If it replaces another name, first declare the tag that keeps the other name."""
        before = []
        if declared.previous is not None:
            label, known = f"{declared.label}:{PREVIOUS_NAME}", live.recorded is not None
            before = [self._tag(label, live, PREVIOUS_NAME, declared.previous, known=known)]
        known = live.recorded == declared.name
        return self._tag(declared.label, live, "Name", declared.name, before, known=known)

    def _tag(  # noqa: PLR0913 -- what a Tag is made of
        self,
        label: str,
        live: _Live,
        key: str,
        value: str,
        before: Sequence[pulumi.Resource] = (),
        *,
        known: bool,
    ) -> Tag:
        """Declare a tag, whose value is known when its call may be made. `known`: the state has it with this value."""
        settled = pulumi.runtime.is_dry_run() or (known and live.tags.get(key) == value)
        paces = [] if settled else [self._writes, self._reads]
        given: pulumi.Input[str] = value
        if paces and key == "Name":
            given = self._live.later(live.snapshot_id, value, live.tags.get(key), *paces)
        elif paces:
            given = later(value, *paces)
        tag = Tag(
            label,
            live.snapshot_id,
            key,
            given,
            ResourceOptions(
                parent=self,
                depends_on=before,
                # A dropped Tag may hold a name that a person wrote, because a refresh reads it into the state.
                retain_on_delete=True,
            ),
        )

        def done(_: object) -> None:
            for pace in paces:
                pace.begin()

        tag.id.apply(done, run_with_unknowns=True)  # unknown if the call failed
        return tag

    def _say(self, names: OwnedNames, record: Record, found: Collection[str]) -> None:
        already = f" ({len(found)} of them had their name already)" if found else ""
        pulumi.log.info(
            f"snapshots: {len(names.declared)} named{already}, {len(names.kept)} keep another name, "
            f"{len(names.shared)} shared, {len(names.skipped)} skipped; {to_do_text(names.to_do(record, found))}; "
            "the output `record` says which",
            resource=self,
        )
        new = len(names.declared.keys() - record.names.keys() - set(found))
        if slow := slow_update(new, pulumi.get_organization(), os.environ):
            pulumi.log.info(slow, resource=self)
        if names.unnamed_since:
            pulumi.log.warn(
                f"{len(names.unnamed_since)} snapshots have lost the Name that they got here, e.g. "
                f"{names.unnamed_since[0]}: run `pulumi up --refresh` to give it back",
                resource=self,
            )


def _listed(image_ids: Sequence[str] | None) -> tuple[Holdings, "EC2Client"]:
    # Only this component needs boto3 in every run.
    from snapnames.aws.session import program_session, reading  # noqa: PLC0415
    from snapnames.aws.snapshots import holdings_of, read_holdings  # noqa: PLC0415

    with reading("the images of the account"):
        client = program_session().ec2()
        if image_ids is not None:
            return holdings_of(client, image_ids), client
        return read_holdings(client, images_first=True), client
