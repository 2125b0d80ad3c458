"""The copies of all listed releases in other regions: what is there, what may be made, and what has to go."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi import Output, ResourceOptions

from snapnames.config.settings import Settings
from snapnames.errors import InputError
from snapnames.image_copy import ImageCopy, ImageCopyArgs
from snapnames.printable import shell_command
from snapnames.resources.account_images import stack_tag
from snapnames.resources.last_error import fail_last
from snapnames.resources.region_providers import region_provider
from snapnames.rules.copies import RegionImages, copies_output, copy_name, not_in_service_yet
from snapnames.rules.history import history_output, read_history
from snapnames.rules.images import STACK_TAG, Image

from .dropped_copies import settle_dropped_copies
from .recorded_copies import RecordedCopy, recorded_copies

if TYPE_CHECKING:
    from snapnames.aws.session import StackSession
    from snapnames.release_image import ReleaseImage

    from .taken_in import TakenInImage


@dataclass(frozen=True)
class Copies:
    """What the account and the state say of the copies, read before anything is registered."""

    settings: Settings
    home: str = ""
    recorded: Sequence[RecordedCopy] = ()
    read: Mapping[str, RegionImages] = field(default_factory=dict)
    waiting: Collection[str] = ()
    """Releases that get no copy yet, since they never ran."""

    @classmethod
    def settle(cls, settings: Settings, before: Mapping[str, Any], marked: Callable[[], Collection[str]]) -> "Copies":
        """Read the state, and each region that has copies or is to get some.

        Raises `InputError` for a region that there is not, for a name that another image has, and as
        `settle_dropped_copies` does. `before`: the outputs that the last update has left. An update that failed or was
        killed leaves none, and may have made copies. `marked`: reads which images of releases the account has. A stack
        without a release, a copy and such an image only names what is there. Its state can be large, and is not read.
        """
        service = settings.service if settings.own_config else ""
        if not (settings.copies or settings.releases or before.get(copies_output(service)) or marked()):
            return cls(settings)
        recorded = recorded_copies(service)
        if not settings.copies and not recorded:
            return cls(settings)
        # Only copies need boto3 in every run, which takes longer to import than a preview without changes takes in all.
        from snapnames.aws.regions import read_regions  # noqa: PLC0415
        from snapnames.aws.session import program_session  # noqa: PLC0415

        from .copy_keys import check_keys  # noqa: PLC0415

        listed = {settings.image_name(release) for release in settings.releases}
        dropped = [copy for copy in recorded if copy.region not in settings.copies or copy.name not in listed]
        session = program_session()
        names = {
            region: {*listed, *(copy.name for copy in recorded if copy.region == region)}
            for region in {*settings.copies, *(copy.region for copy in dropped)}
        }
        ran = {entry.release for entry in read_history(before.get(history_output(service)))}
        waiting = not_in_service_yet(settings.releases, settings.live, ran)
        copies = cls(settings, session.region, recorded, read_regions(session, names), waiting)
        copies.refuse_unknown(session)
        copies.refuse_taken()
        if keys := copies.keys_to_use:
            check_keys(keys, f"{settings.namespace}copies", session)
        settle_dropped_copies(settings, dropped, copies.read, session)
        return copies

    def refuse_unknown(self, session: "StackSession") -> None:
        """Raise `InputError` for a region that does not answer, and whose name boto3 does not know."""
        for region in self.settings.copies:
            if self.read[region].fault and not session.knows(region):
                raise InputError(
                    f"{self.settings.namespace}copies lists {region!r}; AWS does not answer there, and boto3 knows no "
                    f"region of this name; the nearest is {session.nearest(region)!r}: correct it, or if the region is "
                    "new, install a newer boto3"
                )

    def refuse_taken(self) -> None:
        """Raise `InputError` if an image that the state does not have bears the name of a copy."""
        known = {copy.image_id for copy in self.recorded}
        for region in self.settings.copies:
            for release in self.settings.releases:
                image = self.read[region].named(self.settings.image_name(release))
                if image is None or self._recorded(release, region) or image.image_id in known:
                    continue
                raise InputError(
                    f"{self.settings.namespace}copies lists {region}, where {image.image_id} has the name "
                    f"{image.name!r}, and the state of this stack does not have that image; a second one of that name "
                    f"is not made: {_way_on(image, region)}"
                )

    @property
    def keys_to_use(self) -> dict[str, str]:
        """Region to the key that is to encrypt a copy which the state does not have yet."""
        settings = self.settings
        return {
            region: wanted.kms_key_id
            for region, wanted in settings.copies.items()
            if wanted.kms_key_id
            and any(self._wanted(one, region) and not self._recorded(one, region) for one in settings.releases)
        }

    def declare(
        self, images: "Mapping[str, ReleaseImage | TakenInImage]", after: Output[str] | None = None
    ) -> dict[str, dict[str, ImageCopy]]:
        """Declare the copies, and export their ids; release to region to copy.

        `after`: what has to be known before a copy begins. In a region that can't be read only what the state has is
        declared.
        """
        declared: dict[str, dict[str, ImageCopy]] = {release: {} for release in images}
        for region in self.settings.copies:
            fault = self.read[region].fault
            wanted = [release for release in images if self._wanted(release, region)]
            options = ResourceOptions(provider=region_provider(region, self.home)) if wanted else None
            for release in wanted:
                declared[release][region] = ImageCopy(
                    copy_name(self.settings.image_name(release), region),
                    self._arguments(release, region, images[release]),
                    options,
                    after=after,
                    unread=bool(fault),
                )
        if self.settings.copies:
            output = copies_output(self.settings.service if self.settings.own_config else "")
            ids = {
                release: {region: copy.image_id for region, copy in copies.items()}
                for release, copies in declared.items()
            }
            pulumi.export(output, ids)
        return declared

    def fail_last(self, declared: Mapping[str, Mapping[str, ImageCopy]], outputs: Sequence[Output[Any]]) -> None:
        """Let the update end with an error if a region is not as it should be, when all else is done.

        A preview warns of it. `outputs`: what has to be known before, beside the copies.
        """
        copies = [copy for regions in declared.values() for copy in regions.values()]
        gone = [
            self._gone(release, region, copy)
            for release, regions in declared.items()
            for region, copy in regions.items()
        ]
        fail_last([*self._unread(), *gone], [*outputs, *(copy.snapshot_names for copy in copies)])

    @property
    def unread(self) -> list[str]:
        """The regions that can't be read now."""
        return [region for region, images in self.read.items() if images.fault]

    def _arguments(self, release: str, region: str, image: "ReleaseImage | TakenInImage") -> ImageCopyArgs:
        settings = self.settings
        arguments: ImageCopyArgs = {
            "image_name": settings.image_name(release),
            "source_image_id": image.image_id,
            "source_region": self.home,
            "devices": image.devices,
            "service": settings.service,
            "name_pattern": settings.name_pattern,
            "image_tags": settings.image_tags,
            "snapshot_tags": settings.snapshot_tags,
            "description": settings.description,
            "deprecation_time": image.deprecation_time,
            "encrypted": image.encrypted,
            "create_timeout": settings.create_timeout,
        }
        if key := settings.copies[region].kms_key_id:
            arguments["kms_key_id"] = key
        return arguments

    def _wanted(self, release: str, region: str) -> bool:
        may_be_made = not self.read[region].fault and release not in self.waiting
        return may_be_made or self._recorded(release, region) is not None

    def _recorded(self, release: str, region: str) -> RecordedCopy | None:
        wanted = (self.settings.image_name(release), region)
        return next((copy for copy in self.recorded if (copy.name, copy.region) == wanted), None)

    def _unread(self) -> list[Output[str]]:
        """What is to be said of the regions that can't be read."""
        said = []
        for region in self.settings.copies:
            if fault := self.read[region].fault:
                missing = [one for one in self.settings.releases if not self._recorded(one, region)]
                left = f"the copies of {', '.join(map(repr, missing))} are not made" if missing else "nothing is made"
                said.append(
                    f"region {region} of {self.settings.namespace}copies can't be read, so {left} there, and nothing "
                    f"is deleted anywhere: {fault}; run `pulumi up` again when the region answers, or take it out of "
                    "the list"
                )
        return [Output.from_input(one) for one in said]

    def _gone(self, release: str, region: str, copy: ImageCopy) -> Output[str]:
        """What is to be said of a copy that the state has, and EC2 has not; nothing if this update makes it again."""
        recorded, read = self._recorded(release, region), self.read[region]
        if recorded is None or read.fault or read.has(recorded.image_id):
            return Output.from_input("")
        return copy.image_id.apply(
            lambda image_id: (
                f"the copy {recorded.name!r} ({image_id}) in {region} does not exist any more: run `pulumi up "
                "--refresh`, which copies the image again. The snapshots of the lost copy stay: see "
                f"{shell_command('snapnames', 'ledger', '--region', region)}"
                if image_id == recorded.image_id
                else ""
            )
        )


def _way_on(image: Image, region: str) -> str:
    """What to do with an image that has the name of a copy, and that the state does not have."""
    if image.state == "disabled":
        enable = shell_command("aws", "ec2", "enable-image", "--region", region, "--image-id", image.image_id)
        return (
            "it is disabled, and a refresh takes a disabled copy out of the state: if it is this stack's, run "
            f"{enable}, and `snapnames recover`"
        )
    if image.tags.get(STACK_TAG) == stack_tag():
        return "it bears the mark of this stack: run `snapnames recover`"
    return (
        "if an update of this stack was killed, run `snapnames recover`; else look at the image, and deregister it or "
        "take the region out of the list"
    )
