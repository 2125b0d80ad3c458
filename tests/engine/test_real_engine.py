"""The engine of this machine. Where it has none yet, this makes one, which takes minutes."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import grpc  # type: ignore[import-untyped]  # its stubs are not locked
import pytest
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]  # the same
from pulumi.runtime.proto.provider_pb2 import CheckRequest, InvokeRequest
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub
from snapnames.testing.engine import new_enough

from dev import engine
from dev.engine import Engine
from dev.engine.parts import DEFAULT, chosen
from tests.engine.machine import PLUGIN

pytestmark = pytest.mark.engine

RESOURCES = [
    "aws:autoscaling/group:Group",
    "aws:ec2/amiCopy:AmiCopy",
    "aws:ec2/amiFromInstance:AmiFromInstance",
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission",
    "aws:ec2/instance:Instance",
    "aws:ec2/launchConfiguration:LaunchConfiguration",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/tag:Tag",
    "aws:ssm/parameter:Parameter",
]
FUNCTIONS = [
    "aws:ec2/getAmi:getAmi",
    "aws:ec2/getAmiIds:getAmiIds",
    "aws:ec2/getInstance:getInstance",
    "aws:ec2/getInstances:getInstances",
]


@pytest.fixture(scope="module")
def found() -> Engine:
    """Find it, or make it."""
    return engine.ensure()


@pytest.fixture(scope="module")
def plugin(found: Engine) -> Iterator[ResourceProviderStub]:
    """Serve the plugin as the CLI does: it prints its port. It reaches no AWS, whatever it is asked."""
    program = found.home / "plugins" / f"resource-aws-v{PLUGIN}" / "pulumi-resource-aws"
    environment = {"PATH": os.defpath, "HTTPS_PROXY": "http://127.0.0.1:1", "AWS_EC2_METADATA_DISABLED": "true"}
    with subprocess.Popen(
        [program, "127.0.0.1:1"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        port = process.stdout.readline().strip()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield ResourceProviderStub(channel)
        process.terminate()


def struct(**values: str) -> Struct:
    """Values as the protocol has them."""
    made = Struct()
    made.update(values)
    return made


def refusal(call: grpc.RpcError) -> str:
    """What a plugin says about a call that it doesn't serve."""
    assert isinstance(call, grpc.Call)
    return str(call.details())


def check(plugin: ResourceProviderStub, token: str) -> str:
    """Have a resource without inputs checked: an empty text if the plugin knows it, else what it says."""
    urn = f"urn:pulumi:test::test::{token}::name"
    try:
        plugin.Check(CheckRequest(urn=urn, type=token, news=struct(), olds=struct(), randomSeed=bytes(32)))
    except grpc.RpcError as error:
        return refusal(error)
    return ""


def invoke(plugin: ResourceProviderStub, token: str) -> str:
    """Invoke a function with arguments that it refuses before it asks AWS."""
    try:
        answer = plugin.Invoke(InvokeRequest(tok=token, args=struct(filters="not a list")))
    except grpc.RpcError as error:
        return refusal(error)
    return "" if answer.failures else "accepted filters that are not a list"


def test_the_cli_says_the_version_that_the_engine_does(found: Engine) -> None:
    """A built one is of the set that was asked for."""
    environment = found.environment() | {"HOME": os.environ["HOME"]}

    answer = subprocess.run(["pulumi", "version"], env=environment, capture_output=True, text=True, check=True)

    assert answer.stdout == f"v{found.cli_version}\n"
    assert new_enough(found.cli_version)
    assert found.cli_origin != "built" or found.cli_version == (chosen() or DEFAULT).cli


def test_the_language_host_and_its_script_are_beside_the_cli(found: Engine) -> None:
    """The CLI finds them there before it looks at PATH."""
    programs = ["pulumi", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python"]

    assert [name for name in programs if os.access(found.bin / name, os.X_OK)] == programs


def test_the_plugin_is_the_one_that_the_cli_lists(found: Engine) -> None:
    """In the version of the SDK, so that a program uses it and downloads none."""
    environment = found.environment() | {"HOME": os.environ["HOME"]}

    answer = subprocess.run(["pulumi", "plugin", "ls"], env=environment, capture_output=True, text=True, check=True)

    assert re.search(rf"^aws +resource +{re.escape(PLUGIN)} ", answer.stdout, re.MULTILINE), answer.stdout


def test_a_built_plugin_is_not_in_the_users_pulumi_home(found: Engine) -> None:
    """There it would serve every stack of the user's."""
    users = Path(os.environ.get("PULUMI_HOME", Path.home() / ".pulumi"))

    assert (found.home == users) == (found.plugin_origin == "installed")


def test_the_plugin_serves_every_resource_that_the_components_declare(plugin: ResourceProviderStub) -> None:
    """Under the official tokens."""
    refusals = {token: check(plugin, token) for token in RESOURCES}

    assert refusals == dict.fromkeys(RESOURCES, "")


def test_the_plugin_serves_every_function_that_the_components_call(plugin: ResourceProviderStub) -> None:
    """Under the official tokens."""
    refusals = {token: invoke(plugin, token) for token in FUNCTIONS}

    assert refusals == dict.fromkeys(FUNCTIONS, "")


def test_the_plugin_refuses_what_no_provider_has(plugin: ResourceProviderStub) -> None:
    """Else the two tests before this one would show nothing."""
    refusals = check(plugin, "aws:ec2/no:No"), invoke(plugin, "aws:ec2/getNo:getNo")

    assert all("aws:ec2/" in text for text in refusals), refusals
