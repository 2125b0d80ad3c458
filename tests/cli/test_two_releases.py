"""A service with two releases, of which the newer one is live: what can be seen of it, and going back."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console
from snapnames.cli.commands.destroyed import keep_unlisted, refuse_to_destroy
from snapnames.cli.commands.session import Session
from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError
from snapnames.cli.stack.release_list import Releases
from snapnames.cli.stack.steps import IMAGE, Step, Steps
from snapnames.rules.tags import SECRET_MARK
from snapnames.testing.localaws.server import LocalAws

import dev.engine as engines
from tests.account import ACCESS_KEY, all_but, images, snapshot_ids, writes
from tests.main_job.test_releases import launched_images, three_names
from tests.prepared import Prepared
from tests.program import STACK, STACK_TAG

from .service import Service

pytestmark = pytest.mark.xdist_group("two_releases")


@pytest.fixture
def service(prepared: Prepared, aws: LocalAws, engine: engines.Engine) -> Service:
    """Both releases are built."""

    def make(folder: Path) -> Service:
        made = Service(folder, aws, engine)
        made.build("1", "2")
        return made

    return prepared.stack("front-web-1 and front-web-2", make)


@pytest.fixture
def before(service: Service) -> str:
    """The config file."""
    return service.text


def test_a_rollback_moves_the_fleet_and_neither_builds_nor_destroys_an_image(service: Service, before: str) -> None:
    """Its preview says so, and both are one line more in the config; forward again is that line less."""
    aws, autoscaling = service.aws, service.aws.client("autoscaling")
    both = images(aws.client("ec2"))
    mark = aws.mark()

    preview = service.snapnames("rollback", "--preview")
    untouched = (writes(aws, mark), service.text)
    told = service.snapnames("rollback", "--json").json

    assert "to do: create 1 launch configuration; update 1 Auto Scaling group; delete 1 launch config" in preview.out
    assert "images: 0 created, 0 deleted" in preview.out
    assert untouched == ([], before)
    assert told["live"] == "1"
    assert service.text == before.replace("  snapnames:releases", '  snapnames:live: "1"\n  snapnames:releases')
    assert launched_images(autoscaling)["groups"] == [both["front-web-1"]["ImageId"]]
    assert images(aws.client("ec2")) == both
    assert set(writes(aws, mark)) == {
        "autoscaling.CreateLaunchConfiguration",
        "autoscaling.UpdateAutoScalingGroup",
        "autoscaling.DeleteLaunchConfiguration",
    }
    service.snapnames("rollback", "2")
    assert service.text == before


def test_a_rollback_keeps_the_image_that_a_failed_deployment_built(service: Service, before: str) -> None:
    """The fleet goes back all the same, and the next plain update removes it."""
    aws, autoscaling, ec2 = service.aws, service.aws.client("autoscaling"), service.aws.client("ec2")
    both = set(images(ec2))
    aws.restrict(ACCESS_KEY, all_but("autoscaling:UpdateAutoScalingGroup"))
    service.snapnames("deploy", "--release", "3", code=1)
    aws.restrict(ACCESS_KEY, None)
    built, snapshots = images(ec2), snapshot_ids(ec2)

    preview = service.snapnames("rollback", "--preview").out
    told = service.snapnames("rollback").out
    after, left, text = images(ec2), snapshot_ids(ec2), service.text
    service.up("--skip-preview")

    assert "keeping what Pulumi.test.yaml does not list: front-web-3; `pulumi up` removes it" in told
    assert "images: 0 created, 0 deleted" in preview
    assert (set(built), after, left) == ({*both, "front-web-3"}, built, snapshots)
    assert text == before.replace("  snapnames:releases", '  snapnames:live: "1"\n  snapnames:releases')
    assert launched_images(autoscaling)["groups"] == [built["front-web-1"]["ImageId"]]
    assert set(images(ec2)) == both


def test_a_rollback_that_would_destroy_an_image_is_refused(service: Service, before: str) -> None:
    """The state has it, and neither the file nor the image's tags say that it is the stack's."""
    ec2 = service.aws.client("ec2")
    image_id = images(ec2)["front-web-2"]["ImageId"]
    ec2.delete_tags(Resources=[image_id], Tags=[{"Key": "snapnames:stack"}])
    text = before.replace('["2", "1"]', '["1"]').replace("  snapnames:rel", '  snapnames:live: "2"\n  snapnames:rel')
    service.file.write_text(text, encoding="utf-8")
    mark = service.aws.mark()

    refused = service.snapnames("rollback", "1", code=1).err
    written, after = writes(service.aws, mark), service.text
    ec2.create_tags(Resources=[image_id], Tags=[{"Key": "snapnames:stack", "Value": STACK_TAG}])
    service.file.write_text(before, encoding="utf-8")

    assert (
        "the update would destroy front-web-2, and a rollback destroys no image: let `pulumi up` remove it" in refused
    )
    assert (written, after) == ([], text)


def test_a_deployment_after_a_rollback_is_live_and_keeps_the_release_that_was_good(
    service: Service, before: str
) -> None:
    """The preview of it: what a rollback left in `snapnames:live` does not outlive it, and the one left goes."""
    service.snapnames("rollback")

    told = service.snapnames("deploy", "--release", "3", "--keep", "2", "--preview", "--json").json

    assert (told["live"], told["releases"], told["dropped"]) == ("3", ["3", "1"], ["2"])
    assert "delete image" not in told["changes"]  # it goes behind the deployment, in an update of its own
    assert service.text != before


def test_releases_says_what_exists_and_which_is_live(service: Service) -> None:
    """For a person and for a script. Without an instance refresh the instance still runs the release before."""
    made = images(service.aws.client("ec2"))

    told = service.snapnames("releases", "--json").json
    table = service.snapnames("releases").out

    assert [{key: row[key] for key in row if key not in ("age_seconds", "created")} for row in told] == [
        {
            "release": release,
            "live": release == "1",
            "launches": release == "2",
            "running": int(release == "1"),
            "listed": True,
            "image": f"front-web-{release}",
            "image_id": made[f"front-web-{release}"]["ImageId"],
            "state": "available",
            "size_gib": 78,
            "snapshots": three_names(f"front-web-{release}"),
            "taken_in": False,
            "copies": {},
        }
        for release in ("2", "1")
    ]
    assert all(0 <= row["age_seconds"] < 600 for row in told)
    rows = [re.split(r"\s*│\s*", line.strip("│ ")) for line in table.splitlines() if line.startswith("│")]
    assert [(row[0], row[1], row[3], row[5], row[6]) for row in rows] == [
        ("2", "launches next", "available", "78 GiB", "3 of 3"),
        ("1", "live on 1 instance", "available", "78 GiB", "3 of 3"),
    ]


def test_releases_says_where_it_has_looked_for_an_image_that_is_missing(service: Service) -> None:
    """The config may lead to another account or region than that of the deployment."""
    ec2 = service.aws.client("ec2")
    image_id = images(ec2)["front-web-1"]["ImageId"]
    service.aws.ec2(image_retention_seconds=3600)
    ec2.deregister_image(ImageId=image_id)

    told = service.snapnames("releases", "--json").json
    table = service.snapnames("releases").out
    ec2.restore_image_from_recycle_bin(ImageId=image_id)
    service.aws.ec2(image_retention_seconds=0)

    assert [(row["state"], row.get("missing_in")) for row in told] == [
        ("available", None),
        ("missing", "123456789012 ap-northeast-2"),
    ]
    assert "missing in 123456789012 ap-northeast-2" in table


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["rollback", "0"], 2, "release '0' is not in snapnames:releases, which lists '2', '1': choose one of them"),
        (["rollback", "2"], 3, "release '2' is what the fleet launches already: nothing to do"),
        (["deploy", "--release", "1"], 2, "run `snapnames rollback 1` to make it live, or deploy under another name"),
    ],
)
def test_a_release_that_cannot_be_gone_to_is_refused_before_anything_runs(
    service: Service, before: str, arguments: list[str], code: int, message: str
) -> None:
    """In words for a person, and in an exit code for a script."""
    mark = service.aws.mark()

    refused = service.snapnames(*arguments, "--json", code=code)

    assert message in refused.err
    assert message in refused.json["error"]
    assert refused.json["exit_code"] == code
    assert (writes(service.aws, mark), service.text) == ([], before)


def test_deploying_the_live_release_again_changes_nothing(service: Service, before: str) -> None:
    """So that a script can repeat itself."""
    mark = service.aws.mark()

    told = service.snapnames("deploy", "--release", "2", "--json").json

    assert told["changes"] == {}
    assert (writes(service.aws, mark), service.text) == ([], before)


def test_a_tag_by_which_pulumi_marks_a_secret_is_removed_by_the_next_command(service: Service, before: str) -> None:
    """Anybody who may tag an image can set it. Pulumi's own refresh fails by it, and does not say what to do."""
    ec2 = service.aws.client("ec2")
    image = images(ec2)["front-web-1"]["ImageId"]
    ec2.create_tags(Resources=[image], Tags=[{"Key": SECRET_MARK, "Value": "1"}])

    refreshed = service.pulumi("refresh", "--yes", code=None)
    told = service.snapnames("deploy", "--release", "2").out

    assert refreshed.code != 0
    assert f"removed the tag {SECRET_MARK} from {image}: Pulumi can't read tags with this key" in told
    assert service.text == before
    service.pulumi("refresh", "--yes", "--expect-no-changes")


@pytest.fixture
def session(service: Service, before: str, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Of an operator whose list is from before release 2."""
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    service.file.write_text(before.replace('["2", "1"]', '["1"]'), encoding="utf-8")
    try:
        return Session.open(service.folder, STACK, Display(Console(file=io.StringIO())))
    finally:
        service.file.write_text(before, encoding="utf-8")


def test_an_image_that_another_deployment_has_made_meanwhile_stops_an_update_that_does_not_know_it(
    session: Session, service: Service
) -> None:
    """The list of before would destroy it; what the command keeps or drops is known. The lists are in two checkouts."""
    theirs = service.text
    service.file.write_text(session.file.text, encoding="utf-8")

    with pytest.raises(CommandError, match="another deployment has made front-web-2 meanwhile"):
        session.refuse_newcomers(["1"])

    session.refuse_newcomers(["1", "2"])
    session.kept = ["2"]
    session.refuse_newcomers(["1"])
    service.file.write_text(theirs, encoding="utf-8")


def test_a_release_that_the_list_of_before_does_not_have_stops_a_deployment_while_the_fleet_launches_it(
    session: Session, service: Service
) -> None:
    """`--drop` lets it go; the error has the words."""
    found, standing = session.images(), session.standing()

    with pytest.raises(CommandError, match=r"does not list front-web-2, as when .* give `--drop 2` to let it go"):
        keep_unlisted(session, found, standing, "3", ())
    keep_unlisted(session, found, standing, "3", ["2"])

    assert session.kept == ["2"]
    assert session.edited(Releases(("3", "1"))) != service.text


def test_an_update_that_would_destroy_a_built_image_is_stopped_and_the_image_named(
    session: Session, service: Service
) -> None:
    """Whatever the reason for the delete is. A delete of another kind of resource is none of its business."""
    image = images(service.aws.client("ec2"))["front-web-2"]["ImageId"]
    steps = Steps()
    steps.seen = [Step("delete", "launch configuration", "front-web"), Step("update", IMAGE, "front-web-2")]

    refuse_to_destroy(session, steps)
    steps.seen.append(Step("delete", IMAGE, "front-web-2"))
    with pytest.raises(CommandError) as refused:
        refuse_to_destroy(session, steps)

    assert f"the update would destroy front-web-2 ({image}), which nobody has asked to drop" in str(refused.value)
    assert "or give `--drop 2` to let them go" in str(refused.value)
