"""Old images of a script live and go as releases of a stack."""

from collections.abc import Callable, Mapping
from typing import Any

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, snapshot_ids, writes
from tests.program import STACK_TAG, Program

from .account import Team, names_of

Make = Callable[..., Program]
FLEET = {"instanceType": "t3.micro", "minSize": 0, "maxSize": 2, "zones": ["ap-northeast-2a"]}


def service(team: Team, *releases: str, **more: object) -> dict[str, Any]:
    """Config of these releases, of which those of the team are taken in."""
    taken = {release: team.images[release] for release in releases if release in team.images}
    return {"service": "web", "source": team.source, "releases": list(releases), "takenIn": taken, **more}


def tags_of(ec2: EC2Client, name: str) -> Mapping[str, str]:
    """The tags of an image."""
    return {tag["Key"]: tag["Value"] for tag in images(ec2)[name].get("Tags", [])}


def test_old_images_live_are_named_dropped_and_left_and_a_prune_alone_deletes_one(
    aws: LocalAws, ec2: EC2Client, team: Team, program: Make
) -> None:
    """One story: preview, update, a new release, rollback, drop by hand, prune, destroy."""
    third, second, first = sorted(team.images, reverse=True)
    before, mark = images(ec2), aws.mark()
    stack = program(service(team, third, second, first, fleet=FLEET))

    stack.preview()
    assert writes(aws, mark) == []

    stack.up("--skip-preview")
    given = {f"web-{third}({index:03d})" for index in (1, 2, 3)}
    assert writes(aws, mark).count("ec2.CreateImage") == 0
    assert set(names_of(ec2).values()) == {*team.named.values(), *given}
    assert all(names_of(ec2)[one] == name for one, name in team.named.items())
    assert [tags_of(ec2, name) for name in before] == [{"snapnames:taken-in": STACK_TAG}] * 3
    assert stack.steps() == []

    deployed = stack.snapnames("deploy", "--release", "4", "--json").json
    stack.config = service(team, "4", third, second, first, fleet=FLEET)
    rolled = stack.snapnames("rollback", second, "--json").json
    listed = stack.snapnames("releases", "--json").json
    assert (deployed["live"], rolled["live"], rolled["fleet"]["launches"]) == ("4", second, f"web-{second}")
    assert [(row["release"], row["taken_in"], row["launches"]) for row in listed] == [
        *(("4", False, False), (third, True, False), (second, True, True), (first, True, False)),
    ]

    stack.config = service(team, "4", third, second, live=second, fleet=FLEET)
    stack.up("--skip-preview")
    assert tags_of(ec2, f"web-{first}") == {}
    assert sorted(images(ec2)) == sorted([*before, "web-4"])

    kept = snapshot_ids(ec2)
    stack.config["live"] = "4"
    stack.up("--skip-preview")
    stack.config.pop("live")
    pruned = stack.snapnames("prune", "--keep", "1", "--json")
    assert (pruned.json["dropped"], pruned.json["releases"]) == ([third], ["4", second])
    assert [one["release"] for one in pruned.json["kept"]] == [second]
    assert sorted(images(ec2)) == sorted([f"web-{first}", f"web-{second}", "web-4"])
    assert len(kept - snapshot_ids(ec2)) == 3

    stack.config = service(team, "4", second, fleet=FLEET)
    stack.destroy()
    assert sorted(images(ec2)) == sorted([f"web-{first}", f"web-{second}"])
    assert names_of(ec2) == team.named
    assert tags_of(ec2, f"web-{second}") == {}
