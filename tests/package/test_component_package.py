"""The components for every language: the plugin's schema, and a program that knows nothing else of them."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
from snapnames import FleetArgs, InputError
from snapnames.rules.fleet import check_fleet
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import launch, names
from tests.program import ROOT

from .installation import Installation, run
from .outside import outside

pytestmark = [pytest.mark.xdist_group("package"), pytest.mark.slow]

SCHEMA = ROOT / "docs" / "schema.json"
REMOTE = """
import pulumi


class Remote(pulumi.ComponentResource):
    def __init__(self, kind, name, inputs, outputs):
        super().__init__(f"snapnames:index:{kind}", name, {**dict.fromkeys(outputs), **inputs}, remote=True)


Remote.__annotations__ = {
    "imageId": pulumi.Output[str], "snapshotNames": pulumi.Output[dict], "autoScalingGroupName": pulumi.Output[str]
}
config = pulumi.Config()
image = Remote(
    "ReleaseImage",
    "web",
    {"imageName": config.require("image"), "sourceInstanceId": config.require("source")},
    ["imageId", "snapshotNames"],
)
fleet = Remote(
    "Fleet",
    "web",
    {
        "imageId": image.imageId,
        "instanceType": "t3.micro",
        "zones": ["ap-northeast-2a"],
        "maxSize": 2,
        "launch": "template",
        "group": {"defaultCooldown": 60, "terminationPolicies": ["OldestInstance"]},
        "template": {
            "description": pulumi.Output.concat("from ", image.imageId),
            "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 2},
        },
    },
    ["autoScalingGroupName"],
)
pulumi.export("names", image.snapshotNames)
pulumi.export("group", fleet.autoScalingGroupName)
"""


@pytest.fixture(scope="module")
def schema(installed: Installation, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 -- JSON
    """What Pulumi reads from the installed executable."""
    folder = tmp_path_factory.mktemp("schema")
    said = run(
        *("pulumi", "package", "get-schema", installed.bin / "pulumi-resource-snapnames"),
        cwd=folder,
        variables={
            "PATH": f"{engine.bin}:{installed.bin}",
            "PULUMI_HOME": str(folder),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
    ).stdout
    (folder / "schema.json").write_text(said, encoding="utf-8")
    return json.loads(said), folder / "schema.json"


def test_the_schema_is_the_one_that_was_reviewed(schema: tuple[Any, Path]) -> None:
    """A change of the interface changes docs/schema.json at the same commit."""
    inferred, file = schema

    reviewed = json.loads(SCHEMA.read_text(encoding="utf-8"))

    assert inferred == reviewed, f"if the change is meant: cp {file} {SCHEMA}"


def test_every_component_input_and_output_has_a_description(schema: tuple[Any, Path]) -> None:
    """It is all that users of other languages have; an indented line would be shown as code."""
    inferred, _ = schema
    described = {
        f"{token} {kind} {name}": entry.get("description", "")
        for token, thing in {**inferred["resources"], **inferred["types"]}.items()
        for kind in ("inputProperties", "properties")
        for name, entry in thing.get(kind, {}).items()
    }
    described |= {
        token: thing.get("description", "") for token, thing in {**inferred["resources"], **inferred["types"]}.items()
    }

    assert [name for name, text in described.items() if not text or "\n    " in text] == []
    assert sorted(inferred["resources"]) == [
        "snapnames:index:Fleet",
        "snapnames:index:ImageCopy",
        "snapnames:index:OwnedImages",
        "snapnames:index:ReleaseImage",
    ]
    assert len(described) > 40


def test_a_program_that_knows_only_the_schema_builds_an_image_and_sees_its_names_before(
    installed: Installation, tmp_path: Path, aws: LocalAws, engine: Engine
) -> None:
    """Through the plugin, as a program in any language does; with a fleet that launches from it."""
    ec2 = aws.client("ec2")
    stack = outside(REMOTE, tmp_path, installed, aws, engine, {"image": "web-1", "source": launch(ec2)})
    expected = {"/dev/sda1": "web-1(001)", "/dev/sdf": "web-1(002)", "/dev/sdg": "web-1(003)"}

    previewed = stack.preview().out
    stack.up("--skip-preview")

    assert [name for name in expected.values() if f'"{name}"' not in previewed] == []
    assert names(ec2, "web-1") == expected == stack.outputs()["names"]
    (group,) = aws.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert group["AutoScalingGroupName"] == stack.outputs()["group"]
    assert (group["DefaultCooldown"], group["TerminationPolicies"]) == (60, ["OldestInstance"])
    (template,) = ec2.describe_launch_templates()["LaunchTemplates"]
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateId=template["LaunchTemplateId"])[
        "LaunchTemplateVersions"
    ]
    data = version["LaunchTemplateData"]
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}
    assert version["VersionDescription"] == f"from {data['ImageId']}"
    assert "snapnames:index:ReleaseImage" in {resource["type"] for resource in stack.resources()}


def test_bad_inputs_through_the_plugin_get_the_error_that_python_gets(
    installed: Installation, tmp_path: Path, aws: LocalAws, engine: Engine
) -> None:
    """With the value, the rule and the next step; nothing is made."""
    ec2 = aws.client("ec2")
    stack = outside(REMOTE, tmp_path, installed, aws, engine, {"image": "w", "source": launch(ec2)})
    mark = aws.mark()

    refused = stack.preview(code=None)

    assert refused.code != 0
    assert "image name 'w' has 1 character; EC2 wants 3 to 128: set image_name" in refused.out
    assert [call for call in aws.calls(mark) if "Create" in call] == []


@pytest.mark.parametrize(
    ("misspelt", "rule"),
    [
        ({"launch": "templat"}, "has the launch 'templat'; it is configuration or template: set one of them"),
        ({"health_check": "elb"}, "has the health_check 'elb'; it is EC2 or ELB: set one of them"),
    ],
)
def test_a_word_that_no_type_checker_sees_is_refused(misspelt: dict[str, str], rule: str) -> None:
    """Other languages know these inputs as any text."""
    args = {"image_id": "ami-1", "instance_type": "t3.micro", "zones": ["ap-northeast-2a"]}

    check_fleet(cast("FleetArgs", args), "fleet 'web'")
    with pytest.raises(InputError) as refused:
        check_fleet(cast("FleetArgs", {**args, **misspelt}), "fleet 'web'")

    assert str(refused.value) == f"fleet 'web' {rule}"
