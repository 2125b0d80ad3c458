"""What a group launches from: a launch configuration, or a version of a launch template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.types import Base64EncodedString
from moto.ec2.utils import parse_user_data

if TYPE_CHECKING:
    from moto.autoscaling.models import FakeLaunchConfiguration
    from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion

DYNAMIC_VERSIONS = ("$Latest", "$Default")


@dataclass(frozen=True)
class LaunchSource:
    """One of the two. `version` is as it was given: a number, `$Latest` or `$Default`."""

    configuration: FakeLaunchConfiguration | None = None
    template: LaunchTemplate | None = None
    version: str = "$Default"

    @property
    def _launched(self) -> LaunchTemplateVersion | None:
        return self.template.get_version(self.version) if self.template else None

    @property
    def number(self) -> str | None:
        """The number of the template's version that is launched now."""
        return str(self._launched.number) if self._launched else None

    @property
    def launched_from(self) -> tuple[str | None, str | None]:
        """What two instances have in common that were launched from the same: a name or an id, and a number."""
        if self.template:
            return self.template.id, self.number
        return (self.configuration.name if self.configuration else None), None

    @property
    def image_id(self) -> str:
        """The image, or what stands in its place: `resolve:ssm:` and a parameter."""
        return str(self._data("image_id"))

    def launch_arguments(self) -> dict[str, Any]:
        """What `run_instances` takes of it. Leaves out the block devices, which are read from the source itself."""
        named = {"LaunchTemplateId": self.template.id, "Version": self.number} if self.template else None
        public = None if self.template or not self.configuration else self.configuration.associate_public_ip_address
        return {
            "image_id": self.image_id,
            "user_data": self._user_data(),
            "security_group_names": self._data("security_groups"),
            "instance_type": self._data("instance_type"),
            "launch_template": named,
            "launch_config": None if self.template else self.configuration,
            "associate_public_ip": public,
        }

    def instance_tags(self) -> dict[str, str]:
        """The tags that the template gives to instances."""
        return dict(self._launched.instance_tags) if self._launched else {}

    def _user_data(self) -> Base64EncodedString | None:
        """Of any version of a template; moto can read those of the first alone."""
        if self._launched is None:
            return self.configuration.user_data if self.configuration else None
        user_data = self._launched.data.get("UserData")
        return user_data if isinstance(user_data, Base64EncodedString) else parse_user_data(user_data)

    def _data(self, name: str) -> Any:  # noqa: ANN401 - of moto's template or configuration
        return getattr(self._launched or self.configuration, name)
