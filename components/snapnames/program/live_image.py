"""The image that a fleet is to launch: EC2 launches nothing from a disabled one."""

from collections.abc import Mapping
from typing import Any

import pulumi

from snapnames.config.settings import Settings
from snapnames.errors import InputError
from snapnames.printable import shell_command
from snapnames.rules.history import HISTORY_OUTPUT, history_output, read_history
from snapnames.rules.images import Image

from .adoption import LIVE_OUTPUT


def heed_disabled(settings: Settings, before: Mapping[str, Any], image: Image | None) -> None:
    """Warn if the image of the live release is disabled. Raise `InputError` if the fleet is only now to move to it.

    `before`: the outputs that the last update has left. `image`: that of the live release; None before it is built. A
    disabled image that the fleet launches already holds up no update.
    """
    ran = read_history(before.get(HISTORY_OUTPUT) or before.get(history_output(settings.service)))
    if image is None or image.state != "disabled" or not (settings.fleet is not None or ran):
        return
    enable = shell_command("aws", "ec2", "enable-image", "--image-id", image.image_id)
    last = before.get(LIVE_OUTPUT) or (ran[-1].release if ran else "")
    if last != settings.live:
        raise InputError(
            f"the fleet is to launch the release {settings.live!r}, whose image {image.name} ({image.image_id}) is "
            f"disabled: EC2 launches no instance from it. Run {enable} first, or make another release live"
        )
    pulumi.log.warn(
        f"the image {image.name} ({image.image_id}) of the live release is disabled: the fleet can launch no instance "
        f"until you run {enable}"
    )
