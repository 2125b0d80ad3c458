"""The attributes of an image, and who may launch from it: accounts, everybody, organizations and their units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.exceptions import AuthFailureRestricted
from moto.ec2.responses.amis import AmisResponse

from . import clock
from .errors import ImageNotLaunchableError, ParameterInvalidError
from .image_errors import ImageKeyNotSharableError, ParameterCombinationError, SharingLimitReachedError
from .keys import is_aws_managed
from .parameters import ParameterActions
from .wire import BulkResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.core.responses import ActionResult

    from .images import Image

Permission = dict[str, str]

SHARING_LIMIT = 1000
"""Accounts, organizations and units, whatever is in these: docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-quotas.html.

For everybody a number of public images counts instead.
"""

_VALUES: dict[str, tuple[str, Callable[[Image], object]]] = {
    "bootMode": ("BootMode", lambda image: image.traits.boot_mode),
    "deregistrationProtection": (
        "DeregistrationProtection",
        lambda image: image.protection.describe(clock.now()),
    ),
    "description": ("Description", lambda image: image.description or None),
    "imdsSupport": ("ImdsSupport", lambda image: image.imds_support),
    "kernel": ("KernelId", lambda image: image.traits.kernel_id),
    "lastLaunchedTime": ("LastLaunchedTime", lambda image: image.last_launched(clock.now())),
    "ramdisk": ("RamdiskId", lambda _: None),
    "sriovNetSupport": ("SriovNetSupport", lambda image: image.traits.sriov),
    "tpmSupport": ("TpmSupport", lambda _: None),
    "uefiData": ("UefiData", lambda _: None),
}
"""Attribute to the member of the answer that has its value."""


class ImageSharingActions(ParameterActions, AmisResponse):
    """DescribeImageAttribute, ModifyImageAttribute and ResetImageAttribute, for the owner of the image."""

    def describe_image_attribute(self) -> ActionResult:
        """Show one attribute; an answer for one that is not set has no value."""
        attribute = self._required("Attribute")
        image: Image = self.ec2_backend.owned_image(self._required("ImageId"))
        self.error_on_dryrun()
        if attribute == "blockDeviceMapping":
            # docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageAttribute.html
            raise AuthFailureRestricted
        if attribute == "launchPermission":
            return BulkResult({"ImageId": image.id, "LaunchPermissions": image.launch_permissions})
        if attribute == "productCodes":
            return BulkResult({"ImageId": image.id, "ProductCodes": []})
        if attribute not in _VALUES:
            raise ParameterInvalidError(f"Value ({attribute}) for parameter attribute is invalid.")
        member, value_of = _VALUES[attribute]
        return BulkResult({"ImageId": image.id, member: {"Value": value_of(image)}})

    def modify_image_attribute(self) -> ActionResult:
        """Change the description, the support of IMDSv2, or who may launch the image: one of them a call."""
        image: Image = self.ec2_backend.owned_image(self._required("ImageId"))
        changes = self._changes()
        if len(changes) != 1:
            raise ParameterCombinationError(f"Specify one attribute to modify, not {len(changes)}.")
        self.error_on_dryrun()
        ((attribute, change),) = changes.items()
        match attribute:
            case "description":
                image.description = change
            case "imdsSupport":
                if change != "v2.0":
                    raise ParameterInvalidError(f"Value ({change}) for parameter imdsSupport is invalid: use v2.0.")
                image.imds_support = change
            case _:
                self._share(image, *change)
        return BulkResult({})

    def _changes(self) -> dict[str, Any]:
        """Attribute to its change, in the two forms that the API has for each."""
        changes: dict[str, Any] = {}
        named = self._get_param("Attribute")
        for attribute, parameter in (("description", "Description"), ("imdsSupport", "ImdsSupport")):
            given = self._get_param(parameter)
            if given is not None:
                changes[attribute] = given.get("Value", "")
            elif named == attribute:
                changes[attribute] = self._get_param("Value", "")
        given = self._get_param("LaunchPermission")
        if given is not None:
            changes["launchPermission"] = given.get("Add", []), given.get("Remove", [])
        elif named == "launchPermission":
            changes["launchPermission"] = self._named_permissions()
        return changes

    def _named_permissions(self) -> tuple[list[Permission], list[Permission]]:
        """Those to add and those to remove, of the form that lists them by their kind."""
        kinds = {
            "UserIds": "UserId",
            "UserGroups": "Group",
            "OrganizationArns": "OrganizationArn",
            "OrganizationalUnitArns": "OrganizationalUnitArn",
        }
        permissions = [{kind: value} for name, kind in kinds.items() for value in self._get_param(name, [])]
        operation = self._required("OperationType")
        if operation not in ("add", "remove"):
            raise ParameterInvalidError(f"Value ({operation}) for parameter operationType is invalid.")
        return (permissions, []) if operation == "add" else ([], permissions)

    def _share(self, image: Image, added: list[Permission], removed: list[Permission]) -> None:
        backend = self.ec2_backend
        backend.validate_permission_targets([*added, *removed])
        if added and image.disabled:
            # docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html; the code could not be checked.
            raise ImageNotLaunchableError(image_id=image.id)
        snapshots = [backend.snapshots[one] for one in image.snapshot_ids if one in backend.snapshots]
        public = {"Group": "all"} in added
        if added and any(is_aws_managed(backend, one.kms_key_id) or (public and one.encrypted) for one in snapshots):
            raise ImageKeyNotSharableError
        # A permission that is given twice in a call is there once.
        new = [dict(one) for one in dict.fromkeys(tuple(one.items()) for one in added)]
        shared = [*image.launch_permissions, *(one for one in new if one not in image.launch_permissions)]
        shared = [one for one in shared if one not in removed]
        if added and sum("Group" not in one for one in shared) > SHARING_LIMIT:
            raise SharingLimitReachedError(image_id=image.id, limit=SHARING_LIMIT)
        image.launch_permissions = shared

    def reset_image_attribute(self) -> ActionResult:  # type: ignore[override] # moto has not written it
        """Take all launch permissions away."""
        image: Image = self.ec2_backend.owned_image(self._required("ImageId"))
        if self._required("Attribute") != "launchPermission":
            raise ParameterInvalidError("Only the attribute launchPermission can be reset.")
        self.error_on_dryrun()
        image.launch_permissions = []
        return BulkResult({})
