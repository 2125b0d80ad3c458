"""Versions of launch templates that can be deleted; moto keeps them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import InvalidLaunchTemplateVersionNotFound
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.responses.launch_templates import LaunchTemplates

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_STAYS = "The default version of a launch template cannot be deleted."


class Template(LaunchTemplate):
    """A template of which versions can be deleted. The number of a deleted version is never given again.

    docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html
    """

    @property
    def deleted(self) -> set[int]:
        """The numbers of the deleted versions."""
        found: set[int] = vars(self).setdefault("_deleted", set())
        return found

    @property
    def existing(self) -> Iterator[LaunchTemplateVersion]:
        """The versions that are not deleted, oldest first."""
        return (version for version in self.versions if version.number not in self.deleted)

    def get_version(self, num: Any) -> LaunchTemplateVersion:  # noqa: ANN401 - as moto has it
        """A number, `$Latest` or `$Default`; a deleted version is not found."""
        if str(num).lower() == "$latest":
            return self.latest_version()
        version = super().get_version(num)
        if version.number in self.deleted:
            raise InvalidLaunchTemplateVersionNotFound(template_id=self.id, version=num)
        return version

    def latest_version(self) -> LaunchTemplateVersion:
        """The one with the highest number."""
        return list(self.existing)[-1]


class TemplateVersionActions(LaunchTemplates):
    """DeleteLaunchTemplateVersions, which moto does not know."""

    def delete_launch_template_versions(self) -> ActionResult:
        """Delete each that can be deleted, and say of the others why not."""
        name, template_id = self._get_param("LaunchTemplateName"), self._get_param("LaunchTemplateId")
        backend = self.ec2_backend
        template = (
            backend.get_launch_template(template_id) if template_id else backend.get_launch_template_by_name(name)
        )
        self.error_on_dryrun()
        deleted, refused = [], []
        for given in self._get_param("Versions", []):
            number = int(given)
            answer: dict[str, Any] = {
                "LaunchTemplateId": template.id,
                "LaunchTemplateName": template.name,
                "VersionNumber": number,
            }
            why = _refusal(template, number)
            if why is None:
                template.deleted.add(number)
                deleted.append(answer)
            else:
                refused.append({**answer, "ResponseError": why})
        return ActionResult(
            {
                "SuccessfullyDeletedLaunchTemplateVersions": deleted,
                "UnsuccessfullyDeletedLaunchTemplateVersions": refused,
            }
        )


def _refusal(template: Template, number: int) -> dict[str, str] | None:
    if number not in [version.number for version in template.existing]:
        return {
            "Code": "launchTemplateVersionDoesNotExist",
            "Message": f"The launch template version {number} does not exist.",
        }
    if number == template.default_version_number:
        return {"Code": "unexpectedError", "Message": DEFAULT_STAYS}
    return None
