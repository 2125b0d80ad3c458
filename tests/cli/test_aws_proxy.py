"""`aws:httpsProxy` and `aws:noProxy`, as the provider takes them."""

import json

import pytest
from botocore.exceptions import EndpointConnectionError, ProxyConnectionError
from snapnames.aws.session import StackSession
from snapnames.testing.environment import NOWHERE
from snapnames.testing.localaws.server import LocalAws

SETTINGS = {"region": "us-east-1", "accessKey": "x", "secretKey": "x", "maxRetries": "0", "httpsProxy": NOWHERE}


def _endpoint(url: str) -> dict[str, str]:
    return {"endpoints": json.dumps([{"ec2": url, "autoscaling": url}])}


def test_what_is_read_beside_the_provider_goes_through_its_proxy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the dev stack's config leads nowhere in a shell of any kind."""
    monkeypatch.setenv("NO_PROXY", "example.com")
    session = StackSession({**SETTINGS, **_endpoint("https://localhost:1")})

    with pytest.raises(ProxyConnectionError, match=NOWHERE):
        session.ec2().describe_images()
    with pytest.raises(ProxyConnectionError, match=NOWHERE):
        session.autoscaling().describe_auto_scaling_groups()


def test_a_host_of_no_proxy_is_reached_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the setting, or by NO_PROXY where there is none; the setting wins."""
    without = {**SETTINGS, **_endpoint("https://localhost:1")}
    monkeypatch.setenv("NO_PROXY", "localhost")

    with pytest.raises(EndpointConnectionError):
        StackSession(without).ec2().describe_images()
    with pytest.raises(EndpointConnectionError):
        StackSession({**without, "noProxy": "example.com,localhost"}).ec2().describe_images()
    with pytest.raises(ProxyConnectionError):
        StackSession({**without, "noProxy": "example.com"}).ec2().describe_images()


def test_plain_http_does_not_go_through_it(aws: LocalAws) -> None:
    """The local AWS is reached beside a proxy that does not answer."""
    session = StackSession({**SETTINGS, **_endpoint(aws.url)})

    assert session.ec2().describe_images(Owners=["self"])["Images"] == []
