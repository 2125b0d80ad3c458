"""The options of `name-owned --targets`: what does not go together is told before anything runs."""

from pathlib import Path

import pytest
from snapnames.cli.app import app
from typer.testing import CliRunner

LIST = "targets: [{account: '111122223333', regions: [eu-west-1]}]\n"


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a list and without a project."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    (tmp_path / "targets.yaml").write_text(LIST)
    return tmp_path


@pytest.mark.parametrize(
    "option",
    [
        ("--shard", "1/2"),
        ("--max-concurrent", "2"),
        ("--failure-tolerance", "0"),
        ("--region-order", "eu-west-1"),
        ("--secrets-provider", "passphrase"),
    ],
)
def test_an_option_of_many_targets_wants_a_list_of_them(listed: Path, option: tuple[str, str]) -> None:
    """A single stack has none of it."""
    ran = CliRunner().invoke(app, ["name-owned", "--cwd", str(listed), *option])

    assert ran.exit_code == 2
    assert f"{option[0]} is of many targets: give --targets too, or leave out {option[0]}" in ran.output


def test_a_stack_is_not_chosen_beside_a_list(listed: Path) -> None:
    """Each target has its own."""
    targets = str(listed / "targets.yaml")

    ran = CliRunner().invoke(app, ["name-owned", "--cwd", str(listed), "--targets", targets, "--stack", "dev"])

    assert ran.exit_code == 2
    assert "--targets has a stack for each target, called ACCOUNT-REGION: leave out --stack" in ran.output


def test_a_list_without_a_project_is_bad_usage(listed: Path) -> None:
    """There is no program that could name anything."""
    ran = CliRunner().invoke(app, ["name-owned", "--cwd", str(listed), "--targets", str(listed / "targets.yaml")])

    assert ran.exit_code == 2
    assert "has no Pulumi.yaml" in ran.output


def test_a_region_that_there_is_not_is_bad_usage(listed: Path) -> None:
    """A misspelled one would silently come last."""
    options = ["--targets", str(listed / "targets.yaml"), "--region-order", "eu-west-1,eu-wst-1"]

    ran = CliRunner().invoke(app, ["name-owned", "--cwd", str(listed), *options])

    assert ran.exit_code == 2
    assert "--region-order has 'eu-wst-1', and boto3 knows no region of this name" in ran.output


def test_a_list_by_which_the_provider_knows_no_account_is_bad_usage(listed: Path) -> None:
    """The provider alone would say of each target that its account is not allowed, and name none."""
    config = "defaults: {config: {aws:skipRequestingAccountId: true}}\n"
    (listed / "targets.yaml").write_text(config + LIST)

    ran = CliRunner().invoke(app, ["name-owned", "--cwd", str(listed), "--targets", str(listed / "targets.yaml")])

    assert ran.exit_code == 2
    assert "the list sets aws:skipRequestingAccountId" in ran.output
