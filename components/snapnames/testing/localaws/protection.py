"""Deregistration protection of an image, with its cooldown.

docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deregistration-protection.html: with a cooldown the image stays
protected for 24 hours after the protection is turned off. How EC2 writes that time in DescribeImages is as another tool
reads it (github.com/ekristen/aws-nuke, resources/ec2-image.go).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import clock
from .parameters import ParameterActions
from .wire import BulkResult

if TYPE_CHECKING:
    from datetime import datetime

    from moto.core.responses import ActionResult

    from .images import Image


@dataclass
class Protection:
    """The protection of one image; off until it is turned on."""

    on: bool = False
    cooldown: bool = False
    until: datetime | None = None
    """When a cooldown ends that has begun."""

    def turn_on(self, *, cooldown: bool) -> None:
        """Protect from now on."""
        self.on, self.cooldown, self.until = True, cooldown, None

    def turn_off(self, now: datetime) -> None:
        """End the protection, or begin its cooldown. A cooldown that has begun goes on."""
        if self.on:
            self.until = now + clock.DAY if self.cooldown else None
        self.on = False

    def holds(self, now: datetime) -> bool:
        """Whether the image can't be deregistered."""
        return self.on or (self.until is not None and now < self.until)

    def describe(self, now: datetime) -> str:
        """Return it as DescribeImages shows it."""
        if self.on:
            return "enabled-with-cooldown" if self.cooldown else "enabled-without-cooldown"
        return f"disabled after {clock.stamp(self.until)}" if self.until and self.holds(now) else "disabled"


class ProtectionActions(ParameterActions):
    """The calls that turn it on and off. They answer with what DescribeImages shows."""

    def enable_image_deregistration_protection(self) -> ActionResult:
        """Refuse DeregisterImage from now on."""
        image: Image = self.ec2_backend.owned_image(self._required("ImageId"))
        self.error_on_dryrun()
        image.protection.turn_on(cooldown=self._truth("WithCooldown"))
        return BulkResult({"Return": image.protection.describe(clock.now())})

    def disable_image_deregistration_protection(self) -> ActionResult:
        """Allow DeregisterImage, at once or after the cooldown."""
        image: Image = self.ec2_backend.owned_image(self._required("ImageId"))
        self.error_on_dryrun()
        image.protection.turn_off(clock.now())
        return BulkResult({"Return": image.protection.describe(clock.now())})
