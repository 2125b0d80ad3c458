"""The provider of another region, made of the same `aws:` config as the stack's default provider.

A resource of pulumi-aws 7 could name its region itself, and one process would serve all regions. The plugin that is
built refuses that, a program can't ask which plugin it has, and a resource that changes from one way to the other is
replaced. So there is a provider for each region, whichever plugin it is.
"""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi import Output, ProviderResource, Resource, ResourceOptions
from pulumi.runtime import config as pulumi_config

from .aws_plugin import plugin_version

_SECRETS = ("accessKey", "secretKey", "token")
_NAMESPACE = "aws:"


def provider_inputs(config: Mapping[str, str], region: str, home: str) -> dict[str, str]:
    """The inputs of a provider of `region`, of the text values of a config as the default provider gets them.

    Keys and roles are checked where the default provider checks them, in `home`: so a region that can't be reached is
    no hindrance until something is made there.

    >>> provider_inputs({"aws:region": "eu-west-1", "aws:profile": "deploy", "web:x": "1"}, "us-west-2", "eu-west-1")
    {'stsRegion': 'eu-west-1', 'region': 'us-west-2', 'profile': 'deploy'}
    """
    own = {key.removeprefix(_NAMESPACE): value for key, value in config.items() if key.startswith(_NAMESPACE)}
    return {"stsRegion": home, **own, "region": region}


_providers: WeakKeyDictionary[Resource, dict[str, ProviderResource]] = WeakKeyDictionary()


def region_provider(region: str, home: str) -> ProviderResource:
    """The provider of a region: one for all that the running program has there.

    `home`: the region of the default provider.
    """
    root = pulumi.runtime.get_root_resource()
    providers = {} if root is None else _providers.setdefault(root, {})
    if region not in providers:
        providers[region] = _declared(region, home)
    return providers[region]


def _declared(region: str, home: str) -> ProviderResource:
    given = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
    secrets = {f"{_NAMESPACE}{key}" for key in _SECRETS} | {*pulumi_config.get_config_secret_keys_env()}
    inputs: dict[str, Any] = {}
    for key, value in provider_inputs(given, region, home).items():
        inputs[key] = Output.secret(value) if f"{_NAMESPACE}{key}" in secrets else value
    return ProviderResource(
        "aws",
        region,
        inputs,
        ResourceOptions(version=plugin_version(), additional_secret_outputs=list(_SECRETS)),
    )
