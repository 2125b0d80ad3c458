"""Two services in one program of somebody's own: the command deploys the one that it is told, and leaves the other."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, launch, writes
from tests.program import ROOT, Program

EXAMPLE = ROOT / "examples" / "two_services"
OF_ITS_OWN = """
from snapnames import Fleet, ReleaseImage

images = {name: ReleaseImage(name, {"image_name": name}) for name in ("front-2", "front-1", "back-1")}
fleet = {"launch": "template", "instance_type": "t3.micro", "zones": ["ap-northeast-2a"]}
for service, image in (("front", images["front-2"]), ("back", images["back-1"])):
    Fleet(service, {**fleet, "image_id": image.image_id})
"""


@pytest.fixture
def stack(tmp_path: Path, aws: LocalAws, engine: Engine, ec2: EC2Client) -> Program:
    """The example, with an instance for each service, and no release yet."""
    aws.settings(pending_seconds=0)
    config = {
        "front:source": launch(ec2, mappings=[]),
        "back:source": launch(ec2, mappings=[]),
        "zones": ["ap-northeast-2a"],
    }
    return Program(tmp_path / "stack", aws, engine, config, main=EXAMPLE)


def written(stack: Program) -> dict[str, Any]:
    """The lists of releases as the config file has them now; the next command finds them there too."""
    path = stack.folder / f"Pulumi.{stack.stack}.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))["config"]
    lists = {key: value for key, value in config.items() if key.endswith((":releases", ":live"))}
    stack.config = {key: value for key, value in stack.config.items() if not key.endswith((":releases", ":live"))}
    stack.config |= lists
    return lists


def running(ec2: EC2Client, autoscaling: AutoScalingClient) -> Mapping[str, int]:
    """Image name to the number of instances in service that run it, in all groups."""
    groups = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    serving = [
        one["InstanceId"] for group in groups for one in group["Instances"] if one["LifecycleState"] == "InService"
    ]
    names = {image["ImageId"]: name for name, image in images(ec2).items()}
    described = ec2.describe_instances(InstanceIds=serving)["Reservations"]
    return Counter(names[one["ImageId"]] for reservation in described for one in reservation["Instances"])


def test_each_service_is_deployed_rolled_back_and_pruned_by_its_name_and_the_other_one_stays_as_it_is(
    stack: Program, ec2: EC2Client, autoscaling: AutoScalingClient
) -> None:
    """With no word of the other in what the command changes. The first deployment of `back` is its first release."""
    stack.config["front:releases"] = ["1"]
    stack.up("--skip-preview")
    stack.snapnames("deploy", "--service", "back", "--release", "1")
    both = written(stack), running(ec2, autoscaling)
    stack.config["front:releases"] = ["2", "1"]
    stack.up("--skip-preview")
    deployed = stack.snapnames("deploy", "--service", "front", "--release", "3")
    third = written(stack), running(ec2, autoscaling)
    listed = stack.snapnames("releases", "--service", "back", "--json").json
    back = stack.snapnames("rollback", "--service", "front")
    after = written(stack), running(ec2, autoscaling)
    pruned = stack.snapnames("prune", "--service", "front", "--keep", "1", "--json").json
    last = written(stack)

    assert both == ({"front:releases": ["1"], "back:releases": ["1"]}, {"front-1": 2, "back-1": 1})
    assert deployed.out.splitlines()[-1].endswith("done: front-3 is live: 2 of 2 instances run it")
    assert third[0] == {"front:releases": ["3", "2", "1"], "back:releases": ["1"]}
    assert third[1] == {"front-3": 2, "back-1": 1}
    assert [(row["release"], row["live"]) for row in listed] == [("1", True)]
    assert back.out.splitlines()[-1].endswith("done: front-2 is live: 2 of 2 instances run it")
    assert after[0] == {"front:releases": ["3", "2", "1"], "front:live": "2", "back:releases": ["1"]}
    assert after[1] == {"front-2": 2, "back-1": 1}
    assert (pruned["dropped"], pruned["releases"]) == (["3", "1"], ["2"])
    assert last == {"front:releases": ["2"], "back:releases": ["1"]}
    assert sorted(images(ec2)) == ["back-1", "front-2"]


def test_a_command_that_is_not_told_the_service_names_those_that_there_are_and_runs_nothing(
    aws: LocalAws, stack: Program
) -> None:
    """It never guesses."""
    mark = aws.mark()

    refused = stack.snapnames("deploy", "--release", "1", code=2).err
    unknown = stack.snapnames("rollback", "--service", "fornt", code=2).err

    assert refused.startswith("error: no --service is given, and Pulumi.test.yaml has the services back, front: give")
    assert unknown.startswith("error: --service is 'fornt', and Pulumi.test.yaml has the services back, front: give")
    assert aws.calls(mark) == []


def test_an_update_that_would_also_change_the_other_service_is_refused_and_says_how_to_go_on(
    aws: LocalAws, ec2: EC2Client, stack: Program
) -> None:
    """Somebody has written a release of `back` into the config that no update has built."""
    stack.snapnames("deploy", "--service", "front", "--release", "1")
    first = written(stack)
    stack.config["back:releases"] = ["1"]
    mark = aws.mark()

    refused = stack.snapnames("deploy", "--service", "front", "--release", "2", code=1).err

    assert first == {"front:releases": ["1"]}
    assert "error: the update would also change service 'back': create image back-1" in refused
    assert writes(aws, mark) == []
    assert sorted(images(ec2)) == ["front-1"]


@pytest.fixture
def own(tmp_path: Path, aws: LocalAws, engine: Engine, ec2: EC2Client) -> Program:
    """A program that declares its images and its fleets by hand, and asks no config which release is live."""
    aws.settings(pending_seconds=0)
    instance = launch(ec2, mappings=[])
    main = tmp_path / "own"
    main.mkdir()
    first = OF_ITS_OWN.replace('{"image_name": name}', f'{{"image_name": name, "source_instance_id": "{instance}"}}')
    (main / "__main__.py").write_text(first, encoding="utf-8")
    made = Program(
        tmp_path / "stack", aws, engine, {"snapnames:service": "front", "releases": ["2", "1"], "fleet": {}}, main=main
    )
    made.up("--skip-preview")
    (main / "__main__.py").write_text(OF_ITS_OWN, encoding="utf-8")
    return made


def test_a_program_that_does_not_ask_which_release_is_live_is_refused_before_anything_is_written_or_run(
    aws: LocalAws, ec2: EC2Client, own: Program
) -> None:
    """A deployment would build nothing, a rollback would move nothing, and a drop would delete nothing."""
    path = own.folder / "Pulumi.test.yaml"
    before, mark = path.read_bytes(), aws.mark()

    deployed = own.snapnames("deploy", "--release", "3", code=1).err
    rolled_back = own.snapnames("rollback", "1", code=1).err
    asked = writes(aws, mark)
    pruned = own.snapnames("prune", "--keep", "1", "--json").json

    assert "the update would not build image 'front-3': the program of this stack does not make its images" in deployed
    assert "Let the program take its releases by snapnames.Service('front')" in deployed
    assert "the update would not move the fleet to front-1, and was not run" in rolled_back
    assert pruned["dropped"] == []
    assert pruned["kept"][0]["release"] == "1"
    assert "the update would not delete front-1" in pruned["kept"][0]["why"][0]
    assert asked == []
    assert sorted(images(ec2)) == ["back-1", "front-1", "front-2"]
    assert path.read_bytes() == before
