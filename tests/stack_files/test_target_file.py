"""The config file of a target's stack."""

import stat
from pathlib import Path

import pytest
import yaml
from snapnames.cli.errors import UsageError
from snapnames.cli.stack.target_file import write_target_file
from snapnames.rules.targets import Target

TARGET = Target("111122223333", "eu-west-1", "arn:aws:iam::111122223333:role/names", "secret")
CONFIG = {
    "aws:region": "eu-west-1",
    "aws:allowedAccountIds": ["111122223333"],
    "aws:assumeRoles": [
        {"roleArn": "arn:aws:iam::111122223333:role/names", "sessionName": "snapnames", "externalId": "secret"}
    ],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file of the target's stack is."""
    return tmp_path / "Pulumi.111122223333-eu-west-1.yaml"


def test_a_new_file_leads_to_the_target(path: Path) -> None:
    """Lists and maps are such, as a person would write them."""
    file = write_target_file(path, TARGET.stack_config)

    assert file.text == path.read_text()
    assert yaml.safe_load(file.text) == {"config": CONFIG}


def test_what_else_the_file_says_stays(path: Path) -> None:
    """The salt of the secrets, and config that somebody has set."""
    path.write_text("encryptionsalt: v1:abc\nconfig:\n  snapnames:namePattern: mine\n")
    path.chmod(0o640)

    write_target_file(path, TARGET.stack_config)

    assert yaml.safe_load(path.read_text()) == {
        "encryptionsalt": "v1:abc",
        "config": {"snapnames:namePattern": "mine", **CONFIG},
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_that_says_it_already_stays_byte_for_byte(path: Path) -> None:
    """With its comments, and values that are written in another way."""
    text = f"# mine\n{yaml.safe_dump({'config': {**CONFIG, 'snapnames:ownedImages': True}})}"
    path.write_text(text)

    write_target_file(path, {**TARGET.stack_config, "snapnames:ownedImages": "true"})

    assert path.read_text() == text


def test_a_new_value_of_the_list_of_targets_replaces_the_old_one(path: Path) -> None:
    """As another role."""
    write_target_file(path, TARGET.stack_config)

    write_target_file(path, {**TARGET.stack_config, "snapnames:namePattern": "{image}-{index}"})

    assert yaml.safe_load(path.read_text())["config"] == {**CONFIG, "snapnames:namePattern": "{image}-{index}"}


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (Target("111122223333", "us-east-1"), '"us-east-1"'),
        (Target("444455556666", "eu-west-1"), '["444455556666"]'),
    ],
)
def test_a_file_of_another_place_is_refused_and_stays(path: Path, other: Target, said: str) -> None:
    """The state of its stack has the names of that place."""
    write_target_file(path, other.stack_config)
    before = path.read_text()

    with pytest.raises(UsageError, match="a stack stays in its account and region") as refused:
        write_target_file(path, TARGET.stack_config)

    assert said in str(refused.value)
    assert path.read_text() == before


def test_a_file_that_is_no_config_is_refused(path: Path) -> None:
    """With what is wrong with it."""
    path.write_text("config: [1]\n")

    with pytest.raises(UsageError, match="is no stack config"):
        write_target_file(path, TARGET.stack_config)
