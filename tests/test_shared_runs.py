"""Runs that are done once for all tests that do the same: what makes two runs the same, and what the second leaves."""

from collections.abc import Callable
from pathlib import Path

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from .account import launch
from .shared_runs import Output, SharedRuns

PROGRAM = Path("/where/no/test/writes")


@pytest.fixture
def run(shared: SharedRuns, aws: LocalAws, request: pytest.FixtureRequest) -> Callable[..., tuple[Output, bool]]:
    """Run in a stack's folder what makes an image and writes a state; what it gave, and whether it was done."""

    def run(folder: Path, *arguments: str, program: Path = PROGRAM) -> tuple[Output, bool]:
        done = []

        def do() -> Output:
            done.append(1)
            ec2 = aws.client("ec2")
            source = ec2.describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]
            image = ec2.create_image(InstanceId=source, Name="front-1")["ImageId"]
            (folder / "state").mkdir(exist_ok=True)
            (folder / "state" / "stack.json").write_text(f"{image} at {aws.url} in {folder}", encoding="utf-8")
            (folder / "old.yaml").unlink(missing_ok=True)
            return 3, f"made {image} in {folder}", "warned"

        return shared.run(folder, {"arguments": arguments, "test": request.node.name}, program, do), bool(done)

    return run


def begun(folder: Path, aws: LocalAws, config: str = "releases: ['1']") -> Path:
    """A stack's folder, and an account with an instance."""
    aws.reset()
    launch(aws.client("ec2"))
    (folder / "stack").mkdir(parents=True)
    (folder / "stack" / "Pulumi.test.yaml").write_text(config, encoding="utf-8")
    (folder / "stack" / "old.yaml").write_text("old", encoding="utf-8")
    return folder / "stack"


def test_the_same_run_is_done_once_and_leaves_the_same(
    run: Callable[..., tuple[Output, bool]], aws: LocalAws, ec2: EC2Client, tmp_path: Path
) -> None:
    """Output, files, account and its calls; paths and addresses are those of the test that asks."""
    first = begun(tmp_path / "a", aws)
    (code, out, err), was_done = run(first, "up")
    images = ec2.describe_images(Owners=["self"])["Images"]
    assert was_done

    second = begun(tmp_path / "b", aws)
    mark = aws.mark()
    output, was_done = run(second, "up")

    assert not was_done
    assert output == (code, out.replace(str(tmp_path / "a"), str(tmp_path / "b")), err)
    assert ec2.describe_images(Owners=["self"])["Images"] == images
    assert "ec2.CreateImage" in aws.calls(mark)
    state = f"{images[0]['ImageId']} at {aws.url} in {second}"
    assert (second / "state" / "stack.json").read_text(encoding="utf-8") == state
    assert sorted(path.name for path in second.iterdir()) == ["Pulumi.test.yaml", "state"]


def test_what_comes_after_a_run_that_was_not_done_is_the_same_as_after_the_first(
    run: Callable[..., tuple[Output, bool]], aws: LocalAws, tmp_path: Path
) -> None:
    """So the second command of two tests is done once too."""
    for number, was_done in enumerate((True, False)):
        folder = begun(tmp_path / str(number), aws)
        run(folder, "up")
        aws.client("ec2").deregister_image(ImageId=(folder / "state" / "stack.json").read_text().split()[0])
        assert run(folder, "up", "--refresh")[1] is was_done


@pytest.mark.parametrize("other", ["arguments", "config", "account", "settings", "program", "policies"])
def test_a_run_that_differs_in_anything_is_done(
    run: Callable[..., tuple[Output, bool]], aws: LocalAws, tmp_path: Path, other: str
) -> None:
    """Each time where a policy says who may do what."""
    programs = [tmp_path / name / "program" for name in "ab"]
    for number, program in enumerate(programs):
        program.mkdir(parents=True)
        (program / "__main__.py").write_text("a" if number and other == "program" else "b", encoding="utf-8")
    run(begun(tmp_path / "a", aws), "up", program=programs[0])

    folder = begun(tmp_path / "b", aws, "releases: ['2']" if other == "config" else "releases: ['1']")
    if other == "account":
        launch(aws.client("ec2"))
    elif other == "settings":
        aws.settings(hold_refreshes=True)
    elif other == "policies":
        aws.restrict("someone", {"Version": "2012-10-17", "Statement": []})

    assert run(folder, "destroy" if other == "arguments" else "up", program=programs[1])[1]
