"""The workflow by which GitHub runs the tests. What it runs there can't be tried here; what it may do can be read."""

import re
from typing import Any

import yaml

from tests.program import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"


def _job() -> dict[str, Any]:
    job: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["test"]
    return job


def test_each_action_is_pinned_by_its_commit_with_the_version_beside_it() -> None:
    """A tag can be moved to other code."""
    used = re.findall(r"uses: (.*)", WORKFLOW.read_text(encoding="utf-8"))

    assert len(used) == len([step for step in _job()["steps"] if "uses" in step])
    assert [one for one in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_it_may_only_read_and_knows_no_secret() -> None:
    """A pull request from anybody runs it."""
    text = WORKFLOW.read_text(encoding="utf-8")

    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
    assert "permissions" not in _job()
    assert "secrets" not in text
    assert "pull_request_target" not in text


def test_it_runs_what_anybody_can_run_on_the_oldest_and_the_newest_python() -> None:
    """`.ci/run` is `make lint` and `make test`, and nothing else."""
    job = _job()
    commands = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if "make" in line]
    package = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = re.findall(r"Programming Language :: Python :: (3\.\d+)\"", package)

    assert job["steps"][-1] == {"run": ".ci/run"}
    assert commands == ["make lint", "make test"]
    assert job["strategy"]["matrix"]["python"] == [named[0], named[-1]]


def test_each_file_that_a_workflow_reads_a_version_from_is_there() -> None:
    """A step that sets Go up reads the version from a module of the engine."""
    workflows = [path.read_text(encoding="utf-8") for path in sorted(WORKFLOW.parent.glob("*.yml"))]
    named = [path for text in workflows for path in re.findall(r"^ *go-version-file: (\S+)$", text, re.MULTILINE)]

    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []


RELEASE = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")


def _releasing() -> dict[Any, Any]:
    workflow: dict[Any, Any] = yaml.safe_load(RELEASE)
    return workflow


def test_only_a_person_starts_the_release_workflow() -> None:
    """No push and no pull request does. YAML reads the key `on` as true."""
    assert set(_releasing()[True]) == {"workflow_dispatch"}
    assert "secrets." not in RELEASE


def test_the_release_workflow_pins_each_action_by_its_commit() -> None:
    """With the version beside it."""
    used = re.findall(r"uses: (.*)", RELEASE)

    assert len(used) == len(re.findall(r"- uses:", RELEASE)) > 5
    assert [one for one in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_what_may_write_or_sign_for_a_release_runs_no_code_of_the_repository() -> None:
    """Only the job that may do nothing has a checkout; the others check the sums, and wait for a maintainer."""
    jobs = _releasing()["jobs"]
    checkouts = {
        name: [step for step in job["steps"] if "checkout@" in step.get("uses", "")] for name, job in jobs.items()
    }

    assert _releasing()["permissions"] == {}
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "build": {"contents": "read"},
        "attest": {"contents": "read", "id-token": "write", "attestations": "write"},
        "draft": {"contents": "write"},
    }
    assert {name: len(found) for name, found in checkouts.items()} == {"build": 1, "attest": 0, "draft": 0}
    assert checkouts["build"][0]["with"]["persist-credentials"] is False
    for name in ("attest", "draft"):
        runs = [step["run"] for step in jobs[name]["steps"] if "run" in step]
        assert runs[0] == "sha256sum --check --strict SHA256SUMS"
        assert "make" not in str(runs)
    assert (jobs["attest"]["environment"], jobs["draft"]["needs"]) == ("release", "attest")


def test_the_release_workflow_builds_what_anybody_can_check_and_no_input_gets_into_a_script() -> None:
    """`make release-check` runs the same, without a tag."""
    lines = [step["run"] for job in _releasing()["jobs"].values() for step in job["steps"] if "run" in step]

    assert [line for line in lines if "${{" in line] == []
    assert lines[:2] == ["make install", '.venv/bin/python -m dev.release --tag "$TAG"']
    assert "-m dev.release\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


RECIPE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")

SHOWN = [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```", RECIPE, re.MULTILINE | re.DOTALL)]


def _recipe() -> dict[Any, Any]:
    workflow: dict[Any, Any] = SHOWN[0]
    return workflow


def test_the_recipe_runs_no_code_of_a_pull_request() -> None:
    """YAML reads the key `on` as true."""
    assert set(_recipe()[True]) == {"push", "workflow_dispatch"}
    assert _recipe()[True]["push"] == {"branches": ["main"]}


def test_the_recipe_pins_each_action_by_its_commit() -> None:
    """With the version beside it."""
    used = re.findall(r"uses: (?!OWNER/snapnames@COMMIT)(.*)", RECIPE)

    assert len(used) > 5
    assert [one for one in used if not re.match(r"[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_in_the_recipe_no_job_both_writes_to_the_repository_and_knows_a_secret() -> None:
    """A checkout leaves its token in the folder only where it is to push."""
    workflow = _recipe()

    for name, job in workflow["jobs"].items():
        writes = job["permissions"].get("contents") == "write"
        assert writes != ("secrets." in str(job)), name
        assert writes != ("id-token" in job["permissions"]), name
        assert writes == ("environment" not in job), name
        checkout = next(step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@"))
        assert checkout["with"].get("persist-credentials", True) == writes, name
    assert workflow["permissions"] == {}


def test_the_recipe_lets_go_of_a_lock_only_where_a_person_asks_for_it() -> None:
    """Another run's lock, or that of a person, is not the job's to remove."""
    steps = [step for job in _recipe()["jobs"].values() for step in job["steps"] if "run" in step]

    assert [step["run"] for step in steps if "cancel" in step["run"]] == []
    assert [step.get("if") for step in steps if "--unlock" in step["run"]] == ["inputs.unlock"]


def test_in_the_recipe_of_a_pull_request_the_token_that_writes_is_where_no_program_runs() -> None:
    """That job has no secret, no role and no checkout: only the action's own code, and the text of the preview."""
    jobs = SHOWN[1]["jobs"]

    assert SHOWN[1]["permissions"] == {}
    assert set(SHOWN[1][True].split()) == {"pull_request"}
    assert jobs["preview"]["permissions"] == {"contents": "read", "id-token": "write"}
    assert jobs["comment"]["permissions"] == {"pull-requests": "write"}
    assert [step["with"] for step in jobs["comment"]["steps"]] == [{"command": "comment"}]
    assert "secrets." not in str(jobs["comment"])
    assert "environment" not in jobs["comment"]


def test_the_recipes_give_the_action_only_inputs_that_it_has() -> None:
    """And the ones that it must have."""
    inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    jobs = SHOWN[1]["jobs"].values()
    steps = [step for job in jobs for step in job["steps"] if "OWNER/" in step["uses"]] + SHOWN[2]

    assert [step["with"]["command"] for step in steps] == ["preview", "comment", "deploy"]
    assert {name for step in steps for name in step["with"]} - set(inputs) == set()
