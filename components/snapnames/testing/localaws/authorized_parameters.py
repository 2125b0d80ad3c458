"""What IAM is asked for calls of Systems Manager on parameters, and of KMS on keys.

From docs.aws.amazon.com/service-authorization/latest/reference: list_awssystemsmanager.html and
list_awskeymanagementservice.html.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends
from moto.ssm.models import ssm_backends

from .keys import key_in_region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .authorization import Call
    from .policies import Context, Request

_ON_A_PARAMETER = {
    "AddTagsToResource": "ResourceId",
    "DeleteParameter": "Name",
    "GetParameter": "Name",
    "ListTagsForResource": "ResourceId",
    "PutParameter": "Name",
    "RemoveTagsFromResource": "ResourceId",
}
"""Systems Manager's calls on one parameter, and what names it."""

_ON_A_KEY = ("DescribeKey", "GetKeyPolicy")
"""KMS's calls on one key."""


def parameters_of_json(body: str | bytes | None) -> dict[str, str]:
    """The parameters of a call with a body of JSON, as the Query protocol would name them.

    >>> parameters_of_json('{"Name": "/web", "Tags": [{"Key": "a", "Value": "b"}]}')
    {'Name': '/web', 'Tags.1.Key': 'a', 'Tags.1.Value': 'b'}
    """
    return dict(_flat("", json.loads(body or "{}")))


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- JSON
    inner = {str(n): one for n, one in enumerate(value, start=1)} if isinstance(value, list) else value
    if not isinstance(inner, dict):
        yield path, str(inner)
        return
    for key, one in inner.items():
        yield from _flat(f"{path}.{key}" if path else key, one)


def parameter_requests(call: Call) -> list[Request] | None:
    """Of Systems Manager; None for a call that is not known here."""
    if call.action == "DescribeParameters":
        return [call.request()]
    if call.action == "GetParameters":
        names = [value for name, value in call.parameters.items() if name.startswith("Names.")]
        return [call.request(_parameter(call, name)) for name in names]
    if call.action not in _ON_A_PARAMETER:
        return None
    name = call.get(_ON_A_PARAMETER[call.action])
    given = {tag["Key"]: tag.get("Value", "") for tag in call.members("Tags")}
    tagged: Context = {f"aws:RequestTag/{key}": (value,) for key, value in given.items()}
    tagged |= {"aws:TagKeys": tuple(given)} if given else {}
    request = call.request(_parameter(call, name), tagged=tagged, existing=_existing(call, name))
    if call.action == "PutParameter" and given:
        # docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html: tags are another permission.
        return [request, call.request(request.resource, "ssm:AddTagsToResource", tagged=tagged)]
    return [request]


def key_requests(call: Call) -> list[Request] | None:
    """Of KMS; None for a call that is not known here. An alias stands for its key, which is the resource."""
    if call.action not in _ON_A_KEY:
        return None
    given = call.get("KeyId")
    return [call.request(key_in_region(ec2_backends[call.account][call.region], given) or given)]


def _parameter(call: Call, name: str) -> str:
    return f"arn:aws:ssm:{call.region}:{call.account}:parameter/{name.removeprefix('/')}"


def _existing(call: Call, name: str) -> Context:
    """The tags of a parameter; moto's own list of them raises for a parameter that is not there."""
    kept = ssm_backends[call.account][call.region]._resource_tags["Parameter"]  # noqa: SLF001 -- moto has no other way
    return {f"aws:ResourceTag/{key}": (value,) for key, value in kept.get(name, {}).items()}
