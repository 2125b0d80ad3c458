"""An image: its mappings, its way from pending to available, and what it hands on to instances."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow
from moto.ec2.models.amis import Ami

from . import clock, settings
from .protection import Protection
from .settings import Lifecycle
from .tags import tag_list

if TYPE_CHECKING:
    from datetime import datetime

    from moto.ec2.models import EC2Backend

    from .mappings import Mapping

DONE = Lifecycle(0)


@dataclass(frozen=True)
class Traits:
    """What an instance has from its image, and hands on to the images made of it."""

    root_device_name: str = "/dev/sda1"
    root_device_type: str = "ebs"
    architecture: str = "x86_64"
    virtualization_type: str = "hvm"
    hypervisor: str = "xen"
    ena_support: bool = True
    sriov: str = "simple"
    boot_mode: str | None = None
    kernel_id: str | None = None
    platform: str | None = None

    @property
    def platform_details(self) -> str:
        """The billing platform."""
        return "Windows" if self.platform == "windows" else "Linux/UNIX"

    @property
    def usage_operation(self) -> str:
        """The billing operation."""
        return "RunInstances:0002" if self.platform == "windows" else "RunInstances"


@dataclass(frozen=True)
class Launch:
    """What RunInstances leaves behind and DescribeInstances doesn't show, as the instance-store mappings."""

    traits: Traits
    ephemeral: tuple[Mapping, ...]
    image_name: str = ""


class Image(Ami):
    """One image. moto's own constructor isn't run: it makes a volume and a snapshot of its own."""

    def __init__(  # noqa: PLR0913, PLR0917 - the facts of an image
        self,
        backend: EC2Backend,
        image_id: str,
        name: str,
        description: str,
        mappings: list[Mapping],
        traits: Traits,
        *,
        owner_id: str | None = None,
        owner_alias: str | None = None,
        location: str | None = None,
        public: bool = False,
        creation_date: datetime | None = None,
        lifecycle: Lifecycle = DONE,
        instance_id: str | None = None,
    ) -> None:
        """Describe an image; it isn't in the account yet."""
        self.ec2_backend = backend
        self.id, self.name, self.description = image_id, name, description
        self.mappings, self.traits, self.lifecycle = mappings, traits, lifecycle
        self.owner_id = owner_id or backend.account_id
        self.owner_alias = owner_alias
        self.image_location = location or f"{self.owner_id}/{name}"
        self.image_type = "machine"
        self.creation_date = creation_date or utcnow()
        self.instance_id = instance_id
        self.launch_permissions = [{"Group": "all"}] if public else []
        self.product_codes = set()
        self.disabled, self.protection = False, Protection()
        self.deprecation_time: str | None = None
        self.imds_support: str | None = None
        self.launched_at: list[datetime] = []
        self.source: tuple[str, str] | None = None
        """Id and region of the image that it was copied from, or that its instance was launched from."""
        # What moto's Instance reads of its image.
        self.platform, self.architecture = traits.platform, traits.architecture
        self.virtualization_type, self.kernel_id = traits.virtualization_type, None
        self.root_device_name, self.root_device_type = traits.root_device_name, traits.root_device_type
        self.sriov, self.boot_mode, self.hypervisor = traits.sriov, traits.boot_mode or "", traits.hypervisor

    @property
    def state(self) -> str:
        """Return `pending`, `available`, `failed` or `disabled`."""
        return "disabled" if self.disabled else self.lifecycle.image_state

    @state.setter
    def state(self, value: str) -> None:
        self.disabled = value == "disabled"

    @property
    def block_device_mappings(self) -> list[Mapping]:
        """The mappings; snapshot ids show once the snapshots have been started."""
        if self.lifecycle.shows_snapshots:
            return self.mappings
        hidden = deepcopy(self.mappings)
        for mapping in hidden:
            mapping.get("Ebs", {}).pop("SnapshotId", None)
        return hidden

    @property
    def snapshot_ids(self) -> list[str]:
        """The snapshots behind the image, of every mapping that has one."""
        ids = (mapping.get("Ebs", {}).get("SnapshotId") for mapping in self.mappings)
        return [snapshot_id for snapshot_id in ids if snapshot_id]

    @property
    def is_of_user(self) -> bool:
        """Whether an account made it, and not a publisher."""
        return self.owner_alias is None

    def launchable_by(self, users: set[str]) -> bool:
        """Whether one of the accounts owns the image, or has been given it."""
        return self.owner_id in users or self.shared_with(users)

    def shared_with(self, users: set[str]) -> bool:
        """Whether one of the accounts has been given it, by itself or by an organization that it belongs to."""
        organizations = settings.CURRENT.ec2.organizations
        given = {named for permission in self.launch_permissions for named in permission.values()}
        return bool(given & users) or any(users & set(organizations.get(arn, ())) for arn in given)

    def visible_to(self, account: str) -> bool:
        """Whether the account may describe it and launch from it."""
        return self.is_public or self.launchable_by({account})

    def deprecated(self, now: datetime) -> bool:
        """Whether its deprecation date is past."""
        return self.deprecation_time is not None and self.deprecation_time <= clock.stamp(now)

    def last_launched(self, now: datetime) -> str | None:
        """When it was last launched from, as EC2 reports it: a day later.

        docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-last-launched-time.html.
        """
        reported = [at for at in self.launched_at if at <= now - clock.DAY]
        return max(reported).strftime("%Y-%m-%dT%H:%M:%SZ") if reported else None

    def disable(self) -> None:
        """Take it out of use; who had been given it loses it for good."""
        self.disabled, self.launch_permissions = True, []

    def describe(self, tags: dict[str, str]) -> dict[str, Any]:
        """Return the image as DescribeImages shows it."""
        failed = self.state == "failed"
        source_id, source_region = self.source or (None, None)
        return {
            "ImageId": self.id,
            "ImageLocation": self.image_location,
            "State": self.state,
            "StateReason": {"Code": "Client.InternalError", "Message": self.lifecycle.reason} if failed else None,
            "OwnerId": self.owner_id,
            "ImageOwnerAlias": self.owner_alias,
            "CreationDate": self.creation_date,
            "Public": self.is_public,
            "Architecture": self.traits.architecture,
            "ImageType": self.image_type,
            "Platform": self.traits.platform,
            "PlatformDetails": self.traits.platform_details,
            "UsageOperation": self.traits.usage_operation,
            "BlockDeviceMappings": self.block_device_mappings,
            "Description": self.description or None,
            "EnaSupport": self.traits.ena_support,
            "Hypervisor": self.traits.hypervisor,
            "Name": self.name,
            "RootDeviceName": self.traits.root_device_name,
            "RootDeviceType": self.traits.root_device_type,
            "SriovNetSupport": self.traits.sriov,
            "VirtualizationType": self.traits.virtualization_type,
            "BootMode": self.traits.boot_mode,
            "ImdsSupport": self.imds_support,
            "DeprecationTime": self.deprecation_time,
            "LastLaunchedTime": self.last_launched(clock.now()),
            "DeregistrationProtection": self.protection.describe(clock.now()),
            "SourceInstanceId": self.instance_id,
            "SourceImageId": source_id,
            "SourceImageRegion": source_region,
            "Tags": tag_list(tags),
        }
