"""The calls about images."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses.amis import AmisResponse

from . import clock, gate
from .errors import ParameterInvalidError
from .image_backend import specified_tags
from .image_copies import CopyOrder
from .images import Image, Traits
from .parameters import ParameterActions
from .wire import BulkResult, page


class ImageActions(ParameterActions, AmisResponse):
    """What moto does of these calls ignores most parameters; here they count."""

    def create_image(self) -> ActionResult:
        """Answer with the id at once; the image is pending."""
        self.error_on_dryrun()
        image = self.ec2_backend.create_image(
            self._required("InstanceId"),
            self._get_param("Name"),
            self._get_param("Description", ""),
            self._get_param("TagSpecifications", []),
            no_reboot=bool(self._get_param("NoReboot", False)),  # noqa: FBT003 - moto's signature
            boot_mode=self._get_param("BootModeOverride"),
            overrides=tuple(self._get_param("BlockDeviceMappings", [])),
        )
        return ActionResult({"ImageId": image.id})

    def copy_image(self) -> ActionResult:
        """Copy; given tags go onto the new image and its snapshots."""
        tags = specified_tags(self._get_param("TagSpecifications", []))
        self.error_on_dryrun()
        order = CopyOrder(
            self._required("SourceImageId"),
            self._required("SourceRegion"),
            self._required("Name"),
            self._get_param("Description"),
            self._get_param("Encrypted"),
            self._get_param("KmsKeyId"),
            self._truth("CopyImageTags"),
            self._get_param("ClientToken"),
        )
        return ActionResult({"ImageId": self.ec2_backend.copy_image(order, tags).id})

    def register_image(self) -> ActionResult:
        """Register from snapshots; a manifest's location makes an image with an instance-store root."""
        mappings, location = self._get_param("BlockDeviceMappings", []), self._get_param("ImageLocation")
        traits = Traits(
            root_device_name=self._get_param("RootDeviceName") or "/dev/sda1",
            root_device_type="instance-store" if location else "ebs",
            architecture=self._get_param("Architecture") or "i386",
            virtualization_type=self._get_param("VirtualizationType") or "paravirtual",
            ena_support=bool(self._get_param("EnaSupport")),
            boot_mode=self._get_param("BootMode"),
        )
        if not location and not any(mapping.get("DeviceName") == traits.root_device_name for mapping in mappings):
            raise ParameterInvalidError(f"The mapping of the root device {traits.root_device_name} is missing")
        tags = specified_tags(self._get_param("TagSpecifications", []))
        self.error_on_dryrun()
        image: Image = self.ec2_backend.register_image(
            self._get_param("Name"), self._get_param("Description", ""), mappings, traits, location
        )
        self.ec2_backend.create_tags([image.id], tags["image"])
        return ActionResult({"ImageId": image.id})

    def deregister_image(self) -> ActionResult:
        """Deregister; with DeleteAssociatedSnapshots say what became of each snapshot."""
        image_id, with_snapshots = self._required("ImageId"), bool(self._get_param("DeleteAssociatedSnapshots"))
        self.error_on_dryrun()
        image: Image = self.ec2_backend.deregister_image(image_id)
        if not with_snapshots:
            return BulkResult({"Return": True})
        results = self.ec2_backend.delete_snapshots_of(image, lambda snapshot_id: gate.may_delete(self, snapshot_id))
        return BulkResult({"Return": True, "DeleteSnapshotResults": results or None})

    def describe_images(self) -> ActionResult:
        """Select and page; what is disabled or deprecated only to who may see it.

        Disabled images show only with IncludeDisabled; deprecated ones to their owner, to who names their id, and with
        IncludeDeprecated: docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html and ami-deprecate.html.
        """
        self.error_on_dryrun()
        ids = self._get_param("ImageIds", [])
        images: list[Image] = self.ec2_backend.describe_images(
            ids,
            self._filters_from_querystring(),
            self._get_param("ExecutableUsers", []),
            self._get_param("Owners", []),
        )
        if not self._get_param("IncludeDisabled"):
            images = [image for image in images if not image.disabled]
        if not ids and not self._get_param("IncludeDeprecated"):
            own = self.ec2_backend.account_id
            images = [image for image in images if image.owner_id == own or not image.deprecated(clock.now())]
        shown, token = page(images, self._get_int_param("MaxResults"), self._get_param("NextToken"), 1)
        return BulkResult({"Images": [self._shown(image) for image in shown], "NextToken": token})

    def _shown(self, image: Image) -> dict[str, Any]:
        """An image as the caller sees it: whether it is allowed shows while Allowed AMIs is on."""
        allowed = self.ec2_backend.allowed_images
        shows = allowed.state != "disabled"
        return {
            **image.describe(self.ec2_backend.tags_of(image.id)),
            "ImageAllowed": allowed.allow(image, self.ec2_backend.account_id) if shows else None,
        }

    def disable_image(self) -> ActionResult:
        """Take an image out of use, with all its launch permissions; its snapshots stay."""
        image: Image = self.ec2_backend.owned_image(self._required("ImageId"))
        self.error_on_dryrun()
        image.disable()
        return BulkResult({"Return": True})

    def enable_image(self) -> ActionResult:
        """Have it available again; the launch permissions don't come back."""
        image: Image = self.ec2_backend.owned_image(self._required("ImageId"))
        self.error_on_dryrun()
        image.disabled = False
        return BulkResult({"Return": True})

    def enable_image_deprecation(self) -> ActionResult:
        """Set the date; an account always sees its own deprecated images."""
        image: Image = self.ec2_backend.owned_image(self._required("ImageId"))
        at = self._required("DeprecateAt")
        if at <= clock.now():
            # docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html; code and text could not be checked.
            raise ParameterInvalidError(f"The deprecation date {clock.stamp(at)} is in the past.")
        self.error_on_dryrun()
        # EC2 rounds to the minute.
        image.deprecation_time = at.strftime("%Y-%m-%dT%H:%M:00.000Z")
        return BulkResult({"Return": True})

    def disable_image_deprecation(self) -> ActionResult:
        """Take the date away."""
        image: Image = self.ec2_backend.owned_image(self._required("ImageId"))
        self.error_on_dryrun()
        image.deprecation_time = None
        return BulkResult({"Return": True})
