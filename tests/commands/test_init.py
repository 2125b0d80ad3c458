"""`snapnames init`: the files of a new stack, which `deploy` then works with."""

from pathlib import Path

import pytest
from rich.console import Console
from snapnames.cli.commands.init import PROGRAM, NewStack, init
from snapnames.cli.display import Display
from snapnames.cli.errors import UsageError

from tests.program import ROOT

TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"


@pytest.fixture
def display() -> Display:
    """It prints to nobody."""
    return Display(Console(quiet=True))


def new(**given: object) -> NewStack:
    """A new stack of the service web, with these fields in place of its own."""
    fields = {
        "service": "web",
        "stack": "production",
        "region": "eu-west-1",
        "instance_type": "t3.small",
        "subnets": (),
        "zones": ("eu-west-1a",),
        "source": (),
        "target_groups": (),
        "sizes": (1, 2),
    }
    return NewStack(**{**fields, **given})  # type: ignore[arg-type] # by name


def test_the_program_that_is_written_is_the_program_of_this_repository() -> None:
    """So a new folder and a clone declare the same."""
    assert (ROOT / "__main__.py").read_text(encoding="utf-8") == PROGRAM


def test_a_new_fleet_replaces_its_instances_from_a_template_that_wants_imdsv2() -> None:
    """It gets the tags by which the next image finds its source."""
    fleet = new().config()["snapnames:fleet"]

    assert (fleet["launch"], fleet["instanceRefresh"], fleet["tags"]) == ("template", {}, {"service": "web"})
    assert fleet["template"] == {"metadataOptions": {"httpTokens": "required"}}
    assert "healthCheck" not in fleet


def test_behind_a_load_balancer_the_load_balancer_says_which_instance_is_healthy() -> None:
    """With the status checks of EC2 alone, an instance that answers no request would count as healthy."""
    fleet = new(target_groups=(TARGET_GROUP,)).config()["snapnames:fleet"]

    assert (fleet["healthCheck"], fleet["group"]) == ("ELB", {"targetGroupArns": [TARGET_GROUP]})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"zones": ()}, "zones"),
        ({"sizes": (2, 1)}, "the minimum size 2 and the maximum size 1"),
        ({"service": "web|1"}, "web|1"),
        ({"source": ("web",)}, "--source web is no tag and no instance id"),
        ({"stack": "pro duction"}, "--stack pro duction is no name of a stack"),
    ],
)
def test_what_the_program_would_refuse_is_refused_and_nothing_is_written(
    tmp_path: Path, display: Display, given: dict[str, object], words: str
) -> None:
    """By the same rules as the config of a stack."""
    with pytest.raises(UsageError) as refused:
        init(tmp_path, new(**given), display)

    assert words in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_says_something_else_is_never_overwritten(tmp_path: Path, display: Display) -> None:
    """Nor is any other file written then."""
    (tmp_path / "__main__.py").write_text("print('mine')\n", encoding="utf-8")

    with pytest.raises(UsageError, match=r"__main__\.py is in"):
        init(tmp_path, new(), display)

    assert [path.name for path in tmp_path.iterdir()] == ["__main__.py"]


def test_a_second_stack_in_the_same_folder_writes_its_config_alone(tmp_path: Path, display: Display) -> None:
    """The project and the program are there already."""
    init(tmp_path, new(), display)

    assert init(tmp_path, new(stack="staging"), display)["written"] == ["Pulumi.staging.yaml"]
