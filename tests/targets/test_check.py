"""`snapnames targets`: each account is tried once, and a list for shards is written only if all of it is known."""

import json
from pathlib import Path

import pytest
from snapnames.cli.app import app
from snapnames.config.targets import read_targets
from snapnames.testing.localaws.server import LocalAws
from typer.testing import CliRunner, Result

ONE, TWO, REFUSED = "000001000001", "000002000002", "000003000003"
HERE, THERE, CLOSED = "eu-west-1", "us-east-1", "eu-south-1"
ROLE = {
    "trust": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]},
    "policy": {"Statement": [{"Effect": "Allow", "Action": "ec2:DescribeRegions", "Resource": "*"}]},
}


@pytest.fixture
def listed(caller: LocalAws, tmp_path: Path) -> Path:
    """A list of two accounts that can be reached and one that can't, each with a region that is not enabled."""
    caller.roles({f"arn:aws:iam::{account}:role/names": ROLE for account in (ONE, TWO)})
    return written(tmp_path, [{"account": one} for one in (ONE, TWO, REFUSED)], regions=[HERE, CLOSED])


def written(folder: Path, targets: list[dict[str, object]], **defaults: object) -> Path:
    """A file of targets."""
    path = folder / "targets.yaml"
    path.write_text(json.dumps({"defaults": {"role": "names", **defaults}, "targets": targets}), encoding="utf-8")
    return path


def snapnames(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)


def test_each_target_is_said_to_be_reachable_or_why_it_is_not(caller: LocalAws, listed: Path) -> None:
    """For a person and for a script, with two calls for each account."""
    mark = caller.mark()

    ran = snapnames("targets", listed, "--json")

    found = {(one["account"], one["region"]): one["problem"] for one in json.loads(ran.stdout)["targets"]}
    closed = "the region is not enabled for the account: enable it, or take it out of the list"
    assert ran.exit_code == 1
    assert {place: why for place, why in found.items() if place[0] != REFUSED} == {
        **{(account, HERE): None for account in (ONE, TWO)},
        **{(account, CLOSED): closed for account in (ONE, TWO)},
    }
    denied = f"the role arn:aws:iam::{REFUSED}:role/names can't be assumed: An error occurred (AccessDenied)"
    assert [found[REFUSED, region].startswith(denied) for region in (HERE, CLOSED)] == [True, True]
    assert sorted(caller.calls(mark)) == ["ec2.DescribeRegions"] * 2 + ["sts.AssumeRole"] * 3
    said = snapnames("targets", listed)
    assert "3 of 3 accounts" in said.stderr
    assert said.stdout.splitlines()[-1] == "2 targets can be reached, 4 can't"


def test_a_list_that_can_be_reached_ends_with_0(listed: Path) -> None:
    """The organization and the enabled regions are read."""
    good = written(listed.parent, [{"account": ONE, "regions": [HERE]}, {"account": TWO, "regions": "enabled"}])

    ran = snapnames("targets", good, "--json")

    assert (ran.exit_code, json.loads(ran.stdout)["targets_not_reachable"]) == (0, 0)
    assert len(json.loads(ran.stdout)["targets"]) == 1 + 17


def test_the_written_list_has_the_same_targets_and_nothing_left_to_read(caller: LocalAws, listed: Path) -> None:
    """So each shard has the same list, whatever happens in the accounts meanwhile."""
    config = {"snapnames:ownedImages": True, "snapnames:namePattern": "{image}"}
    source = written(
        listed.parent,
        [{"account": ONE, "regions": "enabled", "externalId": "word", "config": config}, {"account": TWO}],
        regions=[HERE],
    )
    out = listed.parent / "list.yaml"

    ran = snapnames("targets", source, "--write", out, "--json")
    caller.ec2(opted_in=[CLOSED])
    mark = caller.mark()
    again = snapnames("ledger", "--targets", out, "--json")

    assert ran.exit_code == 0
    assert json.loads(again.stdout)["list"] == json.loads(ran.stdout)["list"]
    assert "ec2.DescribeRegions" not in caller.calls(mark)
    accounts = read_targets(out.read_text(encoding="utf-8")).accounts
    assert {one.external_id for one in accounts if one.account == ONE} == {"word"}
    assert accounts[0].config == {"snapnames:ownedImages": "true", "snapnames:namePattern": "{image}"}


def test_the_list_of_one_shard_is_not_written(listed: Path) -> None:
    """The other shards would have none of its targets, and this one a part of them."""
    source = written(listed.parent, [{"account": ONE}, {"account": TWO}], regions=[HERE])
    out = listed.parent / "list.yaml"

    ran = snapnames("targets", source, "--shard", "1/2", "--write", out)

    assert (ran.exit_code, out.exists()) == (2, False)
    assert "leave out --shard, and give the list to all shards" in ran.stderr


def test_a_shard_without_a_target_says_so(listed: Path) -> None:
    """There are more shards than targets, which is no fault."""
    source = written(listed.parent, [{"account": ONE}, {"account": TWO}], regions=[HERE])

    ran = snapnames("targets", source, "--shard", "1/3")
    read = snapnames("ledger", "--targets", source, "--shard", "1/3")

    assert (ran.exit_code, read.exit_code) == (0, 0)
    assert ran.stdout.strip() == "this shard has no target, because there are more shards than targets"
    assert ran.stdout.strip() in read.stdout


def test_a_list_is_not_written_while_the_regions_of_an_account_are_not_known(listed: Path) -> None:
    """The account would be left out quietly."""
    source = written(listed.parent, [{"account": ONE}, {"account": REFUSED}], regions="enabled")
    out = listed.parent / "list.yaml"

    ran = snapnames("targets", source, "--write", out)

    assert (ran.exit_code, out.exists()) == (1, False)
    assert f"the regions of {REFUSED} are not known" in ran.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("targets: [{account: 1}]", "targets.yaml:1: targets[0].account is '1'"),
        (
            "organization: {units: [ou-abcd-11111111], role: names, regions: [eu-west-1]}",
            "the accounts of the organization can't be read",
        ),
    ],
)
def test_a_list_that_can_not_be_worked_with_is_one_error(
    caller: LocalAws, tmp_path: Path, text: str, said: str
) -> None:
    """To a script too."""
    assert caller.url
    path = tmp_path / "targets.yaml"
    path.write_text(text, encoding="utf-8")

    ran = snapnames("targets", path, "--json")

    assert ran.exit_code in (1, 2)
    assert said in json.loads(ran.stdout)["error"]


def test_a_file_that_is_not_there_is_bad_usage(caller: LocalAws, tmp_path: Path) -> None:
    """With the path."""
    assert caller.url
    ran = snapnames("targets", tmp_path / "nowhere.yaml")

    assert (ran.exit_code, "nowhere.yaml can't be read" in ran.stderr) == (2, True)
