"""Allowed AMIs: which images of others an account may find and use.

docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetAllowedImagesSettings.html. Images of the account itself are
always allowed; another has to meet all of one criterion. No image here has a product code, a watermark or a scan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import clock
from .errors import ParameterInvalidError
from .filters import Filter
from .parameters import ParameterActions
from .wire import BulkResult

if TYPE_CHECKING:
    from datetime import datetime

    from moto.core.responses import ActionResult

    from .images import Image

Criterion = dict[str, Any]

CRITERIA_LIMIT = 10
"""docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceImageCriteriaInAllowedImagesSettings.html."""

NEVER_MET = ("ImageWatermarks", "MarketplaceProductCodes", "ScanResultCondition")


@dataclass
class AllowedImages:
    """The setting of one account and region."""

    state: str = "disabled"
    """`disabled`, `audit-mode` or `enabled`."""
    criteria: list[Criterion] = field(default_factory=list)

    def allow(self, image: Image, account: str) -> bool:
        """Whether the account may use the image, or might if the setting were enabled."""
        if self.state == "disabled" or image.owner_id == account:
            return True
        return any(_meets(image, criterion, clock.now()) for criterion in self.criteria)

    def hide(self, image: Image, account: str) -> bool:
        """Whether the account can neither find nor use the image."""
        return self.state == "enabled" and not self.allow(image, account)


def _meets(image: Image, criterion: Criterion, now: datetime) -> bool:
    if any(criterion.get(name) for name in NEVER_MET):
        return False
    providers = criterion.get("ImageProviders")
    if providers and not {image.owner_id, image.owner_alias} & set(providers):
        return False
    names = criterion.get("ImageNames")
    if names and not Filter(names).accepts([str(image.name)]):
        return False
    created = (criterion.get("CreationDateCondition") or {}).get("MaximumDaysSinceCreated")
    if created is not None and now - image.creation_date > created * clock.DAY:
        return False
    deprecated = (criterion.get("DeprecationTimeCondition") or {}).get("MaximumDaysSinceDeprecated")
    return deprecated is None or not image.deprecated(now - deprecated * clock.DAY)


class AllowedImagesActions(ParameterActions):
    """The calls that read and change the setting."""

    def get_allowed_images_settings(self) -> ActionResult:
        """State and criteria. No policy of an organization manages it here."""
        self.error_on_dryrun()
        allowed: AllowedImages = self.ec2_backend.allowed_images
        return BulkResult({"State": allowed.state, "ImageCriteria": allowed.criteria or None, "ManagedBy": "account"})

    def enable_allowed_images_settings(self) -> ActionResult:
        """Set it to `enabled` or `audit-mode`."""
        state = self._required("AllowedImagesSettingsState")
        if state not in ("enabled", "audit-mode"):
            raise ParameterInvalidError(f"Value ({state}) for parameter allowedImagesSettingsState is invalid.")
        return self._set(state)

    def disable_allowed_images_settings(self) -> ActionResult:
        """Allow all images; the criteria stay."""
        return self._set("disabled")

    def replace_image_criteria_in_allowed_images_settings(self) -> ActionResult:
        """Replace all criteria."""
        criteria = self._get_param("ImageCriteria", [])
        if len(criteria) > CRITERIA_LIMIT:
            raise ParameterInvalidError(f"At most {CRITERIA_LIMIT} image criteria can be given.")
        self.error_on_dryrun()
        self.ec2_backend.allowed_images.criteria = criteria
        return BulkResult({"ReturnValue": True})

    def _set(self, state: str) -> ActionResult:
        self.error_on_dryrun()
        self.ec2_backend.allowed_images.state = state
        return BulkResult({"AllowedImagesSettingsState": state})
