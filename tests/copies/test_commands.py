"""The commands on releases that are copied: what they show, and what keeps a release from being dropped."""

from collections.abc import Callable

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch
from tests.copies.regions import HOME, WEST, config, holdings
from tests.program import Program

Make = Callable[..., Program]


def test_a_release_whose_copy_is_used_stays_until_nobody_uses_it(program: Make, aws: LocalAws, ec2: EC2Client) -> None:
    """A deployment says how far EC2 is with each copy, the list shows each region, and a prune asks there."""
    aws.settings(pending_seconds=2)
    west = aws.client("ec2", WEST)
    stack = program(config(launch(ec2, mappings=[]), ["1"], {WEST: {}}))
    stack.up("--skip-preview")
    deployed = stack.snapnames("deploy", "--release", "2")
    stack.config["releases"] = ["2", "1"]
    listed = stack.snapnames("releases")
    rows = stack.snapnames("releases", "--json").json
    used = launch(west, image_id=images(west)["front-web-1"]["ImageId"], mappings=[])
    kept = stack.snapnames("prune", "--keep", "1", "--json").json
    west.terminate_instances(InstanceIds=[used])
    dropped = stack.snapnames("prune", "--keep", "1", "--json").json

    assert "copy front-web-2 in us-west-2 is pending: 1 snapshot, 8 GiB, " in deployed.out
    assert [line.split()[-2] for line in listed.out.splitlines() if " 8 GiB " in line] == [WEST, WEST]
    assert [(row["release"], row["copies"][WEST]["state"]) for row in rows] == [("2", "available"), ("1", "available")]
    assert (kept["dropped"], [one["release"] for one in kept["kept"]]) == ([], ["1"])
    assert kept["kept"][0]["why"] == [f"instance {used} uses its copy in us-west-2"]
    assert dropped["dropped"] == ["1"]
    assert [sorted(holdings(aws, region)) for region in (HOME, WEST)] == [["front-web-2"], ["front-web-2"]]
