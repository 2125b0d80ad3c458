"""What an AWS API answers, as properties of pulumi-aws: the same nouns under other names, by the public types."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args, get_origin

from .aws_properties import bare, properties

_OTHER_NAMES = {
    "SecurityGroupIds": "vpcSecurityGroupIds",
    "SecurityGroups": "securityGroupNames",
    "Groups": "securityGroups",
    "PrivateIpAddresses": "ipv4Addresses",
    "SecondaryPrivateIpAddressCount": "ipv4AddressCount",
}
"""What pulumi-aws calls otherwise than the API does, in launch templates."""

_SCALARS = (str, int, float, bool)

_ANSWERED = ("MetadataOptions.State",)
"""What the API answers, and takes from nobody."""


class ApiProperties:
    """The properties that an answer gives, and the paths of what pulumi-aws has no property for."""

    def __init__(self, answer: Mapping[str, Any], inputs: type) -> None:
        """Turn the answer around. `inputs`: the class of pulumi-aws's arguments."""
        self.lost: list[str] = []
        self.given = self._map(answer, inputs, "")

    def _map(self, answer: Mapping[str, Any], inputs: type, path: str) -> dict[str, Any]:
        known = {name.lower(): name for name in properties(inputs)}
        given = {}
        for key, value in answer.items():
            here = f"{path}{key}"
            if value is None or here in _ANSWERED:
                continue
            name = (_OTHER_NAMES.get(key) or key).lower()
            # pulumi-aws has lists in the plural, and blocks that can be given once in the singular.
            found = next((known[one] for one in (name, f"{name}s", name[:-1]) if one in known), "")
            if not found:
                self.lost.append(here)
                continue
            given[found] = self._value(value, properties(inputs)[found].hint, here)
        return given

    def _value(self, value: Any, hint: Any, path: str) -> Any:  # noqa: ANN401 -- whatever the API answers
        origin = get_origin(hint)
        if origin is Mapping:  # tags, as a list of keys and values
            return {one["Key"]: one["Value"] for one in value}
        if origin is Sequence:
            of = bare(get_args(hint)[0])
            return [self._value(one, of, path) for one in (value if isinstance(value, list) else [value])]
        if isinstance(value, Mapping):
            if hint not in _SCALARS:
                return self._map(value, hint, f"{path}.")
            if len(value) == 1:  # an address is a map of one value to the API
                return self._value(next(iter(value.values())), hint, path)
            self.lost.append(path)
            return None
        return _text(value) if hint is str else value


def _text(value: object) -> str:
    """As pulumi-aws wants truths and times that it takes as text."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)
