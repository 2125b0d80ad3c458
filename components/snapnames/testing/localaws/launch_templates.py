"""Launch templates: made once for a client token, versions as they were given, pages and filters."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import InvalidLaunchTemplateIdNotFound
from moto.ec2.responses.launch_templates import LaunchTemplates

from .errors import FilterInvalidError
from .filters import select, text
from .image_parameters import resolved
from .wire import page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from moto.ec2.models.launch_templates import LaunchTemplateVersion

    from .template_versions import Template

PAGE = 200
"""The most of one page, and what a page has when no size is asked for; moto stops after 15 and gives no token."""

_ALL = 1 << 31

Found = tuple["Template", "LaunchTemplateVersion"]


class LaunchTemplateActions(LaunchTemplates):
    """The reads, the creates, and the delete; the other actions are moto's."""

    def create_launch_template(self) -> ActionResult:
        """Once for each client token."""
        self._check_parameter()
        return self._once(self._create)

    def create_launch_template_version(self) -> ActionResult:
        """Once for each client token."""
        self._check_parameter()
        return self._once(super().create_launch_template_version)

    def _check_parameter(self) -> None:
        """Refuse a parameter in place of an image that has none, as others report it for both calls.

        github.com/aws/aws-cdk/issues/26712.
        """
        resolved(self.ec2_backend, self._get_param("LaunchTemplateData", {}).get("ImageId") or "")

    def delete_launch_template(self) -> ActionResult:
        """An id that the account does not have is no wrong name, as moto says."""
        template_id = self._get_param("LaunchTemplateId")
        if template_id and template_id not in self.ec2_backend.launch_templates:
            raise InvalidLaunchTemplateIdNotFound(template_id)
        return super().delete_launch_template()

    def _once(self, make: Callable[[], ActionResult]) -> ActionResult:
        """What the first request with this token was answered: a client that lost the answer asks again."""
        token = self._get_param("ClientToken")
        answers: dict[str, ActionResult] = vars(self.ec2_backend).setdefault("launch_template_answers", {})
        if not token:
            return make()
        if token not in answers:
            answers[token] = make()
        return answers[token]

    def _create(self) -> ActionResult:
        """The tags of the request are the template's own; moto has the first version give them to what it launches."""
        given = deepcopy(self._get_param("LaunchTemplateData", {}).get("TagSpecifications"))
        answer = super().create_launch_template()
        template = self.ec2_backend.get_launch_template_by_name(self._get_param("LaunchTemplateName"))
        data = template.default_version().data
        data.pop("TagSpecifications", None)
        if given:
            data["TagSpecifications"] = given
        return answer

    def describe_launch_templates(self) -> ActionResult:
        """Filter, and page."""
        self.error_on_dryrun()
        chosen = self.ec2_backend.describe_launch_templates(
            template_names=self._get_param("LaunchTemplateNames", []),
            template_ids=self._get_param("LaunchTemplateIds", []),
            filters=self._filters_from_querystring(),
        )
        shown, token = self._page(chosen)
        return ActionResult({"LaunchTemplates": [self._template(one) for one in shown], "NextToken": token})

    def describe_launch_template_versions(self) -> ActionResult:
        """Those of one template, or the latest and default ones of all; filter, and page."""
        self.error_on_dryrun()
        chosen: list[Found] = self.ec2_backend.describe_launch_template_versions(
            template_name=self._get_param("LaunchTemplateName"),
            template_id=self._get_param("LaunchTemplateId"),
            versions=self._get_param("Versions", []),
            min_version=self._get_int_param("MinVersion"),
            max_version=self._get_int_param("MaxVersion"),
            max_results=_ALL,
        )
        filters: dict[str, Any] = self._filters_from_querystring()
        existing = [found for found in chosen if found[1].number not in found[0].deleted]
        chosen = select(existing, filters, _filter_values)
        shown, token = self._page(chosen)
        return ActionResult({"LaunchTemplateVersions": [self._version(*one) for one in shown], "NextToken": token})

    def _page(self, chosen: list[Any]) -> tuple[Any, str | None]:
        return page(chosen, self._get_int_param("MaxResults") or PAGE, self._get_param("NextToken"), 1, PAGE)

    def _template(self, template: Template) -> dict[str, Any]:
        return {
            "CreateTime": template.create_time,
            "CreatedBy": self._creator,
            "DefaultVersionNumber": template.default_version_number,
            "LatestVersionNumber": template.latest_version_number,
            "LaunchTemplateId": template.id,
            "LaunchTemplateName": template.name,
            "Tags": template.tags,
        }

    def _version(self, template: Template, version: LaunchTemplateVersion) -> dict[str, Any]:
        return {
            "CreateTime": version.create_time,
            "CreatedBy": self._creator,
            "DefaultVersion": template.is_default(version),
            "LaunchTemplateData": self._data_shown(version.data),
            "LaunchTemplateId": template.id,
            "LaunchTemplateName": template.name,
            "VersionDescription": version.description,
            "VersionNumber": version.number,
        }

    def _data_shown(self, data: dict[str, Any]) -> dict[str, Any]:
        """With ResolveAlias, the image that a parameter stands for now, and not the parameter."""
        if not self._get_param("ResolveAlias") or not data.get("ImageId"):
            return data
        return {**data, "ImageId": resolved(self.ec2_backend, data["ImageId"])}

    @property
    def _creator(self) -> str:
        return f"arn:{self.partition}:iam::{self.current_account}:root"


def _filter_values(found: Found, name: str) -> Iterable[str]:
    template, version = found
    values = {
        "image-id": version.data.get("ImageId"),
        "instance-type": version.data.get("InstanceType"),
        "is-default-version": template.is_default(version),
        "kernel-id": version.data.get("KernelId"),
        "ram-disk-id": version.data.get("RamDiskId"),
    }
    if name not in values:
        raise FilterInvalidError(name=name)
    return text(values[name])
