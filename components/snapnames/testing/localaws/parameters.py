"""Parameters that a call cannot do without."""

from __future__ import annotations

from typing import Any

from moto.ec2.responses._base_response import EC2BaseResponse

from .errors import ParameterMissingError


class ParameterActions(EC2BaseResponse):
    """What the actions on images and on snapshots share."""

    def _required(self, name: str) -> Any:  # noqa: ANN401 - a parameter's value
        """A parameter, or EC2's error for one that is missing."""
        value = self._get_param(name)
        if value is None:
            raise ParameterMissingError(parameter=name)
        return value

    def _truth(self, name: str) -> bool:
        """A parameter that is true or false, and false when it is left out."""
        return bool(self._get_param(name))
