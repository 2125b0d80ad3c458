"""examples/organization: the workflow, the list, the array job. AWS Batch itself can't be tried here."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
import yaml
from botocore.validate import ParamValidator
from snapnames.config.targets import read_targets
from snapnames.testing.environment import REGION, aws_variables
from snapnames.testing.localaws.server import LocalAws

from tests.program import ROOT

FOLDER = ROOT / "examples" / "organization"
BATCH = FOLDER / "batch"
ACCOUNT = "111122223333"

_MOCKED = """
import json, runpy, sys
import pulumi

made = []

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        made.append({"type": args.typ, "name": args.name, "inputs": args.inputs})
        return f"{args.name}-id", {**args.inputs, "arn": f"arn:aws:made:::{args.name}", "name": args.name}

    def call(self, args):
        return {"region": "eu-central-1", "id": "eu-central-1"}

pulumi.runtime.set_mocks(Mocks(), project="snapnames-batch", stack="test", preview=True)
pulumi.runtime.set_all_config(json.loads(sys.argv[2]))

@pulumi.runtime.test
def run():
    runpy.run_path(sys.argv[1])

run()
print(json.dumps(made, default=str))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, Any]]:
    """What the program of the array job registers: type and name to the inputs."""
    targets = tmp_path_factory.mktemp("batch") / "targets.yaml"
    targets.write_text("targets: []", encoding="utf-8")
    config = {
        "shards": "4",
        "image": "registry.example.com/snapnames@sha256:0",
        "targets": str(targets),
        "subnets": '["subnet-1"]',
        "securityGroups": '["sg-1"]',
    }
    keyed = json.dumps({f"snapnames-batch:{key}": value for key, value in config.items()})
    program = str(BATCH / "__main__.py")
    ran = subprocess.run(
        [sys.executable, "-c", _MOCKED, program, keyed], capture_output=True, text=True, check=False, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    resources = json.loads(ran.stdout.splitlines()[-1])
    return {(one["type"], one["name"]): one["inputs"] for one in resources}


def test_each_action_of_the_workflow_is_pinned_and_it_may_only_read() -> None:
    """A tag can be moved to other code."""
    text = (FOLDER / "ledger.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    used = re.findall(r"uses: (.*)", text)

    assert len(used) == 13
    assert [one for one in used if not re.fullmatch(r"[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []
    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets" not in text


def test_the_actions_of_the_workflow_are_those_of_the_projects_own() -> None:
    """An update of one updates the other."""
    pinned = re.compile(r"uses: ([a-z-]+/[a-z-]+@[0-9a-f]{40})")
    own = [ROOT / "docs" / "ci.md", *(ROOT / ".github" / "workflows").glob("*.yml")]
    known = {one for path in own for one in pinned.findall(path.read_text(encoding="utf-8"))}

    assert set(pinned.findall((FOLDER / "ledger.yml").read_text(encoding="utf-8"))) <= known


def test_the_workflow_runs_as_many_shards_as_it_names() -> None:
    """Else a part of the list would never be read; `merge` would refuse the rest."""
    shard = yaml.safe_load((FOLDER / "ledger.yml").read_text(encoding="utf-8"))["jobs"]["shard"]
    shards = shard["strategy"]["matrix"]["shard"]
    [command] = [step["run"] for step in shard["steps"] if "--shard" in step.get("run", "")]

    assert shards == list(range(1, len(shards) + 1))
    assert f'--shard "$SHARD/{len(shards)}"' in command


def test_the_list_of_the_folder_can_be_read() -> None:
    """It shows an organization and an account beside it."""
    found = read_targets((FOLDER / "targets.yaml").read_text(encoding="utf-8"))

    assert found.organization is not None
    assert found.organization.role == "snapnames-ledger"
    assert [one.account for one in found.accounts] == ["444455556666"]


def test_the_array_job_runs_one_child_for_each_shard_with_the_least_it_needs(
    made: dict[tuple[str, str], dict[str, Any]],
) -> None:
    """The child may read the list, write results, and assume the roles of caller.json."""
    job = made["aws:batch/jobDefinition:JobDefinition", "shard"]
    container = json.loads(job["containerProperties"])
    environment = {one["name"]: one["value"] for one in container["environment"]}
    policies = [
        json.loads(inputs["policy"]) for (kind, _), inputs in made.items() if kind == "aws:iam/rolePolicy:RolePolicy"
    ]
    caller = json.loads((FOLDER / "caller.json").read_text(encoding="utf-8"))
    allowed = {(one["Action"], one["Resource"]) for one in policies[1 - policies.index(caller)]["Statement"]}

    assert environment == {"BUCKET": "results-id", "SHARDS": "4", "AWS_REGION": "eu-central-1"}
    assert (job["platformCapabilities"], job["retryStrategy"]) == (["FARGATE"], {"attempts": 2})
    assert allowed == {
        ("s3:GetObject", "arn:aws:made:::results/targets.yaml"),
        ("s3:PutObject", "arn:aws:made:::results/results/*"),
    }
    block = made["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "results"]
    assert [block[key] for key in ("blockPublicAcls", "blockPublicPolicy", "restrictPublicBuckets")] == [True] * 3


@pytest.mark.parametrize("operation", ["RegisterJobDefinition", "CreateComputeEnvironment", "CreateJobQueue"])
def test_what_the_array_job_is_made_of_is_what_the_api_of_aws_batch_takes(
    made: dict[tuple[str, str], dict[str, Any]], operation: str
) -> None:
    """Each key and type, by the model that AWS publishes in botocore. The provider hands the container over unread."""
    shape = botocore.session.get_session().get_service_model("batch").operation_model(operation).input_shape
    assert shape is not None

    # Pulumi hands each number on as a fraction, and the provider makes whole numbers of them.
    sent = json.loads(json.dumps(_as_the_api_takes_it(made)[operation]), parse_float=lambda text: int(float(text)))
    problems = ParamValidator().validate(sent, shape)

    assert problems.generate_report() == ""


def _as_the_api_takes_it(made: dict[tuple[str, str], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What the provider sends: its own names are those of the API but for `maxVcpus` and the names of the resources."""
    job = made["aws:batch/jobDefinition:JobDefinition", "shard"]
    environment = made["aws:batch/computeEnvironment:ComputeEnvironment", "shards"]
    queue = made["aws:batch/jobQueue:JobQueue", "shards"]
    resources = {
        {"maxVcpus": "maxvCpus"}.get(key, key): value for key, value in environment["computeResources"].items()
    }
    return {
        "RegisterJobDefinition": {
            **job,
            "jobDefinitionName": "shard",
            "containerProperties": json.loads(job["containerProperties"]),
        },
        "CreateComputeEnvironment": {
            **environment,
            "computeEnvironmentName": "shards",
            "computeResources": resources,
        },
        "CreateJobQueue": {
            **{key: value for key, value in queue.items() if key != "computeEnvironmentOrders"},
            "jobQueueName": "shards",
            "computeEnvironmentOrder": queue["computeEnvironmentOrders"],
        },
    }


def test_each_child_writes_the_result_of_its_shard_and_the_results_are_merged(aws: LocalAws, tmp_path: Path) -> None:
    """AWS Batch counts from 0. A target that can't be read is no failure of the child, so it is not run again."""
    s3 = boto3.client(
        "s3",
        region_name=REGION,
        endpoint_url=aws.url,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    s3.create_bucket(Bucket="results", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    targets = f"targets: [{{account: {ACCOUNT}, role: names, regions: [eu-west-1, eu-south-1, us-east-1]}}]"
    s3.put_object(Bucket="results", Key="targets.yaml", Body=targets.encode())
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    given = {"PATH": path, "BUCKET": "results", "SHARDS": "2", **aws_variables(aws.url)}

    def child(index: int) -> int:
        batch = {"AWS_BATCH_JOB_ARRAY_INDEX": str(index), "AWS_BATCH_JOB_ID": f"job-1:{index}"}
        command = [sys.executable, str(BATCH / "shard.py")]
        return subprocess.run(command, env={**given, **batch}, check=False, capture_output=True).returncode

    codes = [child(0), child(1)]

    assert codes == [0, 0]
    files = []
    for shard in (1, 2):
        files.append(str(tmp_path / f"{shard}.json"))
        s3.download_file("results", f"results/job-1/{shard}.json", files[-1])
    merged = subprocess.run(["snapnames", "merge", *files, "--json"], env=given, check=False, capture_output=True)
    found = json.loads(merged.stdout)
    assert (merged.returncode, found["targets_read"], found["targets_not_read"]) == (1, 2, 1)
