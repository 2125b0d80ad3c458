"""The stack's images as the account has them, while they are made and afterwards."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from snapnames.aws.images import built_images, images_by
from snapnames.aws.session import REFUSALS, StackSession
from snapnames.aws.snapshots import with_snapshots
from snapnames.errors import InputError
from snapnames.rules.images import Image, ImageWithSnapshots

from .advice import aws_errors
from .errors import UsageError

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


def aws_session(config: Mapping[str, str]) -> StackSession:
    """The way to AWS that a stack's config gives, raw and by whole keys. Raises `UsageError`."""
    try:
        return StackSession({key.removeprefix("aws:"): v for key, v in config.items() if key.startswith("aws:")})
    except (InputError, *REFUSALS) as error:
        raise UsageError(f"the stack's aws: config does not lead to AWS: {error}") from error


class Account:
    """Reads with the region, keys, roles and endpoints of the stack's `aws:` config."""

    def __init__(self, session: StackSession, stack_tag: str) -> None:
        """Make the client. `stack_tag`: what `snapnames:stack` says on the stack's images."""
        self.session = session
        self._ec2: EC2Client = session.ec2()
        self._stack_tag = stack_tag

    def images(self) -> dict[str, ImageWithSnapshots]:
        """Name to image, of those that this stack built and the account still has. Raises `CommandError`."""
        built = self.built()
        with aws_errors("EC2 can't be read"):
            return {one.image.name: one for one in with_snapshots(self._ec2, built)}

    def built(self) -> list[Image]:
        """The same images without their snapshots, in one read. Raises `CommandError`."""
        with aws_errors("EC2 can't be read"):
            return built_images(self._ec2, self._stack_tag)

    def image(self, name: str) -> ImageWithSnapshots | None:
        """The image of that name that this stack built. Raises `CommandError`."""
        with aws_errors("EC2 can't be read"):
            named = images_by(self._ec2, "name", [name])
            own = [image for image in named if image.builder == self._stack_tag]
            return next(iter(with_snapshots(self._ec2, own)), None)

    def known(self, image_ids: Collection[str]) -> dict[str, ImageWithSnapshots]:
        """Name to image, of those of these ids that the account still has. Raises `CommandError`."""
        with aws_errors("EC2 can't be read"):
            return {
                one.image.name: one for one in with_snapshots(self._ec2, images_by(self._ec2, "image-id", image_ids))
            }
