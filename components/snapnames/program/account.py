"""The stack's images as the account has them, read once for all questions of the program."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from snapnames.aws.images import built_images, images_by
from snapnames.aws.session import StackSession, program_session, reading
from snapnames.resources.account_images import stack_tag
from snapnames.rules.images import SERVICE_TAG, Image

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


@dataclass(frozen=True)
class Account:
    """What a program has to know of the account when a release is new, missing or dropped."""

    session: StackSession
    ec2: "EC2Client"
    built: Sequence[Image]
    """The images of this stack's releases, listed or not."""

    bearers: Sequence[Image] = field(default=())
    """Other images that bear the name of a listed release: a disabled one of another builder, or a copy."""

    @classmethod
    def read(cls, names: Iterable[str], service: str = "") -> "Account":
        """Read the images that bear the mark of this stack, and those of these names. Raises `InputError`.

        `service`: of the marked ones only those of this service, in a stack that has several.
        """
        with reading("the images of the stack's releases"):
            session = program_session()
            ec2 = session.ec2()
            built = [
                image
                for image in built_images(ec2, stack_tag())
                if not service or image.tags.get(SERVICE_TAG) == service
            ]
            known = {image.name for image in built}
            others = images_by(ec2, "name", [name for name in names if name not in known])
            return cls(session, ec2, built, others)

    def named(self, name: str) -> Image | None:
        """The image of that name: this stack's own, or else the one that keeps a create from the name."""
        own = next((image for image in self.built if image.name == name), None)
        return own or next((image for image in self.bearers if image.name == name and not image.copied), None)

    def bears(self, name: str) -> bool:
        """Whether any image bears the name, also one that is a copy."""
        return any(image.name == name for image in (*self.built, *self.bearers))

    @property
    def place(self) -> str:
        """Where this is: the account and the region. It costs one call, so only an error asks for it."""
        return self.session.place
