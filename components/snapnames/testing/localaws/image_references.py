"""DescribeImageReferences: which resources of the account refer to an image.

docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ami-references.html and
docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageReferences.html. A launch template is one reference
however many of its versions name the image. Image Builder's recipes are told by the settings; SSM parameters are told
by them too, and found where the local SSM has any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import settings
from .errors import ImageIdMalformedError, ParameterInvalidError, ParameterMissingError
from .image_backend import IMAGE_ID
from .image_settings import REFERENCES
from .parameter_store import parameters_of
from .parameters import ParameterActions
from .wire import BulkResult, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moto.core.responses import ActionResult

IDS_LIMIT = 10
DEPTH_LIMIT = 10_000
DEPTH = 10
"""How many versions of a template are read, from the latest on, unless another number is given."""

STATES = ("pending", "running", "shutting-down", "terminated", "stopping", "stopped")
TYPES = ("ec2:Instance", "ec2:LaunchTemplate", *REFERENCES)
OPTIONS = {"ec2:Instance": "state-name", "ec2:LaunchTemplate": "version-depth"}

Reference = dict[str, str]


class ImageReferenceActions(ParameterActions):
    """The one call."""

    def describe_image_references(self) -> ActionResult:
        """List the references to at most ten images, of the types that are asked for."""
        ids = list(dict.fromkeys(self._required("ImageIds")))
        if not 1 <= len(ids) <= IDS_LIMIT:
            raise ParameterInvalidError(f"Specify 1 to {IDS_LIMIT} image ids.")
        for image_id in ids:
            if not IMAGE_ID.fullmatch(image_id):
                raise ImageIdMalformedError(image_id=image_id)
        options = self._options()
        self.error_on_dryrun()
        found = [
            one for image_id in ids for kind in TYPES if kind in options for one in self._of(kind, image_id, options)
        ]
        shown, token = page(found, self._get_int_param("MaxResults"), self._get_param("NextToken"), 5)
        return BulkResult({"ImageReferences": shown, "NextToken": token})

    def _options(self) -> dict[str, list[str]]:
        """Each type that is asked for, with the values of its option: given ones go before the defaults."""
        asked = self._get_param("ResourceTypes", [])
        if not asked and not self._truth("IncludeAllResourceTypes"):
            raise ParameterMissingError(parameter="IncludeAllResourceTypes or ResourceTypes")
        defaults = {**{kind: [] for kind in TYPES}, "ec2:Instance": [*STATES], "ec2:LaunchTemplate": [str(DEPTH)]}
        options = defaults if self._truth("IncludeAllResourceTypes") else {}
        for one in asked:
            kind = one.get("ResourceType")
            if kind not in TYPES:
                raise ParameterInvalidError(f"Value ({kind}) for parameter resourceType is invalid.")
            options[kind] = _values(kind, one.get("ResourceTypeOptions", [])) or defaults[kind]
        return options

    def _of(self, kind: str, image_id: str, options: dict[str, list[str]]) -> Iterator[Reference]:
        names: Iterable[str] = ()
        match kind:
            case "ec2:Instance":
                names = self._instances(image_id, options[kind])
            case "ec2:LaunchTemplate":
                names = self._templates(image_id, int(options[kind][0]))
            case "ssm:Parameter":
                names = self._parameters(image_id)
        for arn in [*names, *_told(kind, image_id)]:
            yield {"ImageId": image_id, "ResourceType": kind, "Arn": arn}

    def _instances(self, image_id: str, states: list[str]) -> Iterator[str]:
        for instance in self.ec2_backend.all_instances():
            if instance.image_id == image_id and instance.state in states:
                yield self._arn(f"instance/{instance.id}")

    def _templates(self, image_id: str, depth: int) -> Iterator[str]:
        for template in self.ec2_backend.launch_templates.values():
            if any(version.data.get("ImageId") == image_id for version in template.versions[-depth:]):
                yield self._arn(f"launch-template/{template.id}")

    def _arn(self, name: str) -> str:
        return f"arn:{self.partition}:ec2:{self.region}:{self.current_account}:{name}"

    def _parameters(self, image_id: str) -> Iterator[str]:
        """The parameters whose value is the image."""
        stored = parameters_of(self.current_account, self.region)._parameters  # noqa: SLF001 - the only list of all
        for name, versions in list(stored.items()):
            if versions and versions[-1].value == image_id:
                path = f"parameter/{name.lstrip('/')}"
                yield f"arn:{self.partition}:ssm:{self.region}:{self.current_account}:{path}"


def _told(kind: str, image_id: str) -> Iterable[str]:
    references = settings.CURRENT.ec2.references
    return [one["Arn"] for one in references if (one["ResourceType"], one["ImageId"]) == (kind, image_id)]


def _values(kind: str, options: list[dict[str, Any]]) -> list[str]:
    values: list[str] = []
    for option in options:
        name, values = option.get("OptionName"), option.get("OptionValues", [])
        if OPTIONS.get(kind) != name:
            raise ParameterInvalidError(f"The option {name} is not one of the resource type {kind}.")
        depth = kind == "ec2:LaunchTemplate"
        if depth and not (len(values) == 1 and values[0].isdigit() and 1 <= int(values[0]) <= DEPTH_LIMIT):
            raise ParameterInvalidError(f"Value ({values}) for version-depth is invalid: 1 to {DEPTH_LIMIT}.")
        if not depth and set(values) - set(STATES):
            raise ParameterInvalidError(f"Value ({values}) for state-name is invalid.")
    return values
