"""Lets a call pass or refuses it as AWS does, when its access key has a policy. A key without one may do all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends

from . import settings
from .authorization import Call, Template, requests
from .authorized_parameters import parameters_of_json
from .errors import (
    AccessDeniedError,
    AccessDeniedExceptionError,
    RegionClosedError,
    RegionClosedToGroupsError,
    RoleDeniedError,
    UnauthorizedOperationError,
)
from .image_parameters import ParameterDeniedError, parameter_arn, resolved
from .policies import Request
from .regions import closed
from .roles import ASSUME, caller_of, role_of, session_role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.exceptions import ServiceException
    from moto.core.responses import BaseResponse
    from moto.ec2.models import EC2Backend

    from .policies import Policy

_JSON = ("kms", "ssm")
"""Services whose calls and refusals are JSON."""

_SERVICES = ("autoscaling", "ec2", *_JSON)
"""Of which calls are authorized; others pass."""

AUTHORIZED: list[Request] = []
"""All that policies were asked and allowed since the last reset."""


def refusal(response: BaseResponse, action: str) -> ServiceException | None:
    """The error that AWS answers with, if the region is not enabled or the caller's policy does not allow the call."""
    if response.service_name in ("autoscaling", "ec2") and closed(response.region):
        return RegionClosedError() if response.service_name == "ec2" else RegionClosedToGroupsError()
    if response.service_name == "sts" and action == "AssumeRole":
        return _not_assumed(response)
    access_key = _access_key(response)
    policy = _policy(response)
    if policy is None or response.service_name not in _SERVICES:
        return None
    call = _call(response, action)
    asked = requests(call)
    unknown = [call.request("(not known to the local AWS, which refuses it)")]
    denied = unknown if asked is None else [request for request in asked if not policy.allows(request)]
    if not denied:
        AUTHORIZED.extend(asked or ())
        return None
    first = denied[0]
    user = caller_of(response, access_key, {}).arn
    reason = (
        "with an explicit deny in an identity-based policy"
        if policy.denies(first)
        else f"because no identity-based policy allows the {first.action} action"
    )
    text = f"User: {user} is not authorized to perform: {first.action} on resource: {first.resource} {reason}"
    return _denied(call, first, text)


def _denied(call: Call, denied: Request, text: str) -> ServiceException:
    """The error of the service that was called."""
    if call.service == "ec2":
        return ParameterDeniedError(text) if denied.action.startswith("ssm:") else UnauthorizedOperationError(text)
    return AccessDeniedExceptionError(text) if call.service in _JSON else AccessDeniedError(text)


def may_delete(response: BaseResponse, snapshot_id: str) -> bool:
    """Whether the caller's policy allows DeleteSnapshot too, which DeregisterImage does along the way."""
    policy = _policy(response)
    if policy is None:
        return True
    asked = requests(replace(_call(response, "DeleteSnapshot"), parameters={"SnapshotId": snapshot_id})) or []
    allowed = all(policy.allows(request) for request in asked)
    if allowed:
        AUTHORIZED.extend(asked)
    return allowed


def _policy(response: BaseResponse) -> Policy | None:
    """The policy of the caller's key, or of the role whose session it is."""
    access_key = _access_key(response)
    role = role_of(settings.CURRENT.roles, session_role(response, access_key)[1]) if settings.CURRENT.roles else None
    return settings.CURRENT.policies.get(access_key, role.policy if role else None)


def _not_assumed(response: BaseResponse) -> ServiceException | None:
    """The error of AssumeRole, if the caller's policy or the trust of the role does not allow it.

    Without roles in the settings, everybody may assume every role.
    """
    arn, external_id = (response.querystring.get(name, [""])[0] for name in ("RoleArn", "ExternalId"))
    caller = caller_of(response, _access_key(response), settings.CURRENT.ec2.organizations)
    policy, roles = _policy(response), settings.CURRENT.roles
    role = role_of(roles, arn)
    allowed = policy is None or policy.allows(Request(ASSUME, arn, {}))
    trusted = not roles or (role is not None and role.trusts(caller, external_id))
    if allowed and trusted:
        return None
    return RoleDeniedError(f"User: {caller.arn} is not authorized to perform: {ASSUME} on resource: {arn}")


def _access_key(response: BaseResponse) -> str:
    """The key that signed the call, of any length; moto knows real ones alone."""
    return str(response.headers.get("Authorization", "")).partition("Credential=")[2].partition("/")[0]


def _call(response: BaseResponse, action: str) -> Call:
    account, region = response.current_account, response.region
    ec2, groups = ec2_backends[account][region], autoscaling_backends[account][region].autoscaling_groups

    def tags_of(name: str) -> Mapping[str, str]:
        if name in groups:
            return {tag["Key"]: tag["Value"] for tag in groups[name].tags}
        return ec2.tags.get(name, {})

    def template(named: Mapping[str, str]) -> Template | None:
        template_id = named.get("LaunchTemplateId") or ec2.launch_template_name_to_ids.get(
            named.get("LaunchTemplateName", "")
        )
        if template_id not in ec2.launch_templates:
            return None
        data: dict[str, Any] = ec2.launch_templates[template_id].get_version(named.get("Version", "$Default")).data
        profile, image = data.get("IamInstanceProfile", {}), data.get("ImageId", "")
        return Template(
            template_id,
            image_id=_resolved(ec2, image),
            parameter=parameter_arn(ec2, image),
            instance_type=data.get("InstanceType", ""),
            key_name=data.get("KeyName", ""),
            profile=profile.get("Arn") or profile.get("Name", ""),
            tags={
                one.get("ResourceType", ""): {tag["Key"]: tag.get("Value", "") for tag in one.get("Tags", [])}
                for one in data.get("TagSpecifications", [])
            },
        )

    def parameter(image: str) -> str:
        return parameter_arn(ec2, image)

    parameters = {name: values[0] for name, values in response.querystring.items() if values}
    if response.service_name in _JSON:
        parameters = parameters_of_json(response.body)
    return Call(str(response.service_name), action, region, account, parameters, tags_of, template, parameter)


def _resolved(ec2: EC2Backend, image: str) -> str:
    """The image of a template; the parameter itself if it has none, which the call then says."""
    try:
        return resolved(ec2, image)
    except EC2ClientError:
        return image
