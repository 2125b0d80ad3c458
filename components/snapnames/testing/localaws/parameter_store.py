"""Parameter Store: parameters whose values are images.

docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html and
docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html. With the data type `aws:ec2:image` a call
is answered first, and the value is checked afterwards. If it is no available image of the account, nothing is written,
and the call's answer doesn't say so.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from moto.ec2.models import ec2_backends
from moto.ssm.exceptions import ValidationException
from moto.ssm.models import SimpleSystemManagerBackend, ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from . import settings
from .image_selection import ImageSelection

if TYPE_CHECKING:
    from moto.core.responses import ActionResult
    from moto.ssm.models import Parameter

IMAGE = "aws:ec2:image"
"""The data type of a parameter that `resolve:ssm:` can name."""


class ParameterStore(SimpleSystemManagerBackend):
    """The parameters of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with none."""
        super().__init__(region_name, account_id)
        self.checking: list[tuple[float, Parameter]] = []
        """Versions of image parameters that were put, and when each has been checked."""

    def latest(self, name: str) -> Parameter | None:
        """The version that a parameter has now."""
        return self._parameters[name][-1] if self._parameters.get(name) else None

    def check_later(self, parameter: Parameter) -> None:
        """Take back a version that was just put: it is there when its value has been checked."""
        versions = self._parameters[parameter.name]
        versions.remove(parameter)
        if not versions:
            del self._parameters[parameter.name]
        self.checking.append((time.monotonic() + settings.CURRENT.ec2.parameter_seconds, parameter))
        self.check()

    def check(self) -> None:
        """Write every version whose time has come, if its value is an image that the account has."""
        now = time.monotonic()
        due = [parameter for at, parameter in self.checking if at <= now]
        self.checking = [(at, parameter) for at, parameter in self.checking if at > now]
        for parameter in due:
            known = self.latest(parameter.name)
            if self._has_image(parameter.value):
                parameter.version = known.version + 1 if known else 1
                self._parameters[parameter.name].append(parameter)
            elif known is None:
                self._resource_tags["Parameter"].pop(parameter.name, None)

    def _has_image(self, value: str) -> bool:
        ec2 = ec2_backends[self.account_id][self.region_name]
        image = ec2.seen_image(value) if isinstance(ec2, ImageSelection) else None
        return image is not None and image.state == "available"


def parameters_of(account_id: str, region: str) -> ParameterStore:
    """The parameters of an account and region, as they are by now."""
    store = ssm_backends[account_id][region]
    if not isinstance(store, ParameterStore):
        raise TypeError(f"{type(store)} is not the local Parameter Store: call account.install() first")
    store.check()
    return store


class ParameterStoreActions(SimpleSystemManagerResponse):
    """PutParameter. The other calls of Systems Manager are moto's."""

    @property
    def ssm_backend(self) -> ParameterStore:
        """The parameters of the caller."""
        return parameters_of(self.current_account, self.region)

    def put_parameter(self) -> ActionResult:
        """Keep the data type of a parameter that exists, and check the image of one that has to be one.

        That the data type can't be changed is as others report it (github.com/bottlerocket-os/bottlerocket/issues/2599
        and github.com/hashicorp/terraform-provider-aws/issues/35959); code and text of the refusal are ours.
        """
        store, name = self.ssm_backend, str(self._get_param("Name"))
        known, asked = store.latest(name), self._get_param("DataType")
        if known and self._get_param("Overwrite") and asked not in (None, known.data_type):
            raise ValidationException(
                f"The data type of the parameter {name} is {known.data_type} and can't be changed to {asked}."
            )
        answer = super().put_parameter()
        put = store.latest(name)
        if put is not None:
            put.data_type = asked or (known.data_type if known else "text")
            if put.data_type == IMAGE:
                store.check_later(put)
        return answer
