"""Which running instance a release is made of, and the volumes that it gives to the image."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from snapnames.errors import InputError
from snapnames.rules.naming import ordered_devices

FLEET = "fleet"
"""The value of `snapnames:source` that asks for an instance of the stack's own group. Nobody can write who is in it."""

_GONE = ("shutting-down", "terminated")


@dataclass(frozen=True, slots=True)
class SourceInstance:
    """The instance that an image is made of, as far as EC2 must be able to make one."""

    instance_id: str
    state: str
    """The name of its state, for example `running`."""

    root_device: str
    """The device name of its root volume; empty if its root is in the instance store."""

    devices: tuple[str, ...]
    """The device names of its EBS volumes."""


def volumes_of(instance: SourceInstance, image_name: str) -> list[str]:
    """The device names of the volumes that go into the image, root first.

    Raises `InputError` if EC2 can't make an image of the instance.

    >>> volumes_of(SourceInstance("i-1", "running", "/dev/sda1", ("/dev/sdf", "/dev/sda1")), "web-1")
    ['/dev/sda1', '/dev/sdf']
    """
    source = f"source instance {instance.instance_id!r} of image {image_name!r}"
    next_step = "give the id of a running instance"
    if instance.state in _GONE:
        raise InputError(
            f"{source} is {instance.state}; EC2 makes an image of a running or stopped instance: {next_step}"
        )
    if not instance.root_device:
        raise InputError(
            f"{source} has an instance-store root volume; EC2 makes an image only of an instance with an EBS root: "
            f"{next_step} that has one"
        )
    return ordered_devices({instance.root_device, *instance.devices}, instance.root_device)


def no_such_source(instance_id: str, image_name: str) -> InputError:
    """The error for an instance that EC2 does not have."""
    return InputError(
        f"source instance {instance_id!r} of image {image_name!r} does not exist in this account and region: give the "
        "id of a running instance"
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A running instance that passes both status checks."""

    instance_id: str
    image_id: str
    launched: datetime
    group: str = ""
    """Its Auto Scaling group, by the tag that AWS alone writes; empty for an instance of no group."""

    in_service: bool = True
    """Whether its group has it in service: not while it is in standby, or being launched or terminated."""

    launches: str = ""
    """Id of the image that its group launches now; empty for an instance of no group."""

    past: bool = False
    """Whether it is of no group, and runs the image of a release of the stack that is not the live one."""

    live: bool = False
    """Whether it runs the image of the stack's live release."""

    @property
    def current(self) -> bool:
        """Whether it runs what its group launches, or is of no group and runs no past release."""
        return self.image_id == self.launches if self.group else not self.past


def chosen(candidates: Iterable[Candidate]) -> Candidate | None:
    """The one that has run longest, of those in service; first of those that are current, and run the live release.

    While a group replaces its instances, those of the release before bear the same tags. So does an instance that
    somebody has launched from the image of a past release, and so do those of a second group behind the same load
    balancer: they run what their own group launches.

    >>> from datetime import UTC, timedelta
    >>> noon = datetime(2018, 3, 7, 12, tzinfo=UTC)
    >>> old = Candidate("i-1", "ami-1", noon - timedelta(hours=9), "web", launches="ami-2")
    >>> new = Candidate("i-2", "ami-2", noon - timedelta(hours=1), "web", launches="ami-2")
    >>> leaving = Candidate("i-3", "ami-2", noon - timedelta(hours=2), "web", in_service=False, launches="ami-2")
    >>> chosen([old, new, leaving]).instance_id
    'i-2'
    >>> chosen([leaving])
    """
    serving = (one for one in candidates if one.in_service)
    return min(serving, key=lambda one: (not one.current, not one.live, one.launched, one.instance_id), default=None)
