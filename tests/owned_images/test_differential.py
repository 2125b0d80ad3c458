"""Beside the script of 2018, of which this is the successor: both on the same accounts, over real HTTP."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.snapshots import read_holdings
from snapnames.rules.image_selection import ImageSelection
from snapnames.rules.naming import DEFAULT_PATTERN
from snapnames.rules.owned_names import Record, decide
from snapnames.testing.localaws.server import LocalAws

import dev.engine as engines
from tests.account import launch
from tests.owned_images.accounts import ROOT, STORE, Account
from tests.program import Program

pytestmark = pytest.mark.slow

Shapes = Mapping[str, tuple[Mapping[str, str | int], str]]
"""Image name to its mappings and what becomes of it. A mapping is `""` for a new snapshot, `STORE`, or the number of an
older one to share."""

ALLOWED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()[] ./-'@_"
NAMES = st.text(ALLOWED, min_size=3, max_size=128)
DEVICES = [ROOT, *(f"/dev/sdf{number}" for number in range(1, 12)), "/dev/sdb", "/dev/sdg", "/dev/xvda", "xvdb"]
MAPPINGS = st.dictionaries(
    st.sampled_from(DEVICES),
    st.just("") | st.just(STORE) | st.integers(0, 30),
    max_size=12,
)
STATES = st.sampled_from(["available"] * 4 + ["disabled", "deprecated", "deregistered"])


def shapes(least: int) -> st.SearchStrategy[Shapes]:
    """Accounts of at least so many images."""
    return st.dictionaries(NAMES, st.tuples(MAPPINGS, STATES), min_size=least, max_size=8)


def build(ec2: EC2Client, shapes: Shapes) -> Account:
    """Register the images, one after another."""
    account = Account(ec2)
    for name, (mappings, state) in shapes.items():
        older = list(account.snapshots)
        devices = {
            device: of if isinstance(of, str) else older[of % len(older)] if older else ""
            for device, of in mappings.items()
        }
        image_id = account.image(name, devices)
        if state == "disabled":
            ec2.disable_image(ImageId=image_id)
        elif state == "deprecated":
            ec2.enable_image_deprecation(ImageId=image_id, DeprecateAt="2030-01-01T00:00:00Z")
        elif state == "deregistered":
            account.deregister(name)
    return account


def script(ec2: EC2Client) -> None:
    """What the script did: every image as EC2 lists it, every mapping as EC2 orders them."""
    for image in ec2.describe_images(Owners=["self"])["Images"]:
        for index, mapping in enumerate(image["BlockDeviceMappings"], start=1):
            ec2.create_tags(
                Resources=[mapping["Ebs"]["SnapshotId"]],
                Tags=[{"Key": "Name", "Value": f"{image['Name']}({index:03d})"}],
            )


def named_by_script(ec2: EC2Client, account: Account) -> dict[str, str]:
    """Label to the name that the script gave before it ended or crashed; the names are taken away again."""
    with suppress(KeyError):
        script(ec2)
    names = {label: name for label, name in account.names().items() if name is not None}
    for label in names:
        account.untag(label, "Name")
    return names


def place(device: str) -> tuple[bool, str, int]:
    """Root first, then the text before the number, then the number."""
    text = device.rstrip("0123456789")
    return device != ROOT, text, int(device.removeprefix(text) or -1)


def documented(ec2: EC2Client) -> dict[str, str]:
    """Snapshot id to name as the documentation says it: by the oldest image, in the order of devices."""
    names: dict[str, str] = {}
    images = ec2.describe_images(Owners=["self"], IncludeDisabled=True)["Images"]
    for image in sorted(images, key=lambda image: (image["CreationDate"], image["ImageId"])):
        behind = {m["DeviceName"]: m["Ebs"]["SnapshotId"] for m in image["BlockDeviceMappings"] if "Ebs" in m}
        for index, device in enumerate(sorted(behind, key=place), start=1):
            names.setdefault(behind[device], f"{image['Name']}({index:03d})")
    return names


def named_by_us(ec2: EC2Client) -> dict[str, str]:
    """Snapshot id to the name that is declared."""
    found = decide(
        read_holdings(ec2, images_first=True),
        Record(),
        stack="organization/snapnames/test",
        selection=ImageSelection(),
        pattern=DEFAULT_PATTERN,
        overwrite=False,
        now=datetime.now(UTC),
    )
    assert (found.kept, found.skipped) == ({}, {})
    return {snapshot_id: declared.name for snapshot_id, declared in found.declared.items()}


@settings(deadline=None, max_examples=60)
@given(shapes=shapes(least=0))
def test_every_snapshot_that_the_script_named_is_named_in_the_documented_order(
    server: LocalAws, shapes: Shapes
) -> None:
    """And those that it did not get to, as it crashed on an instance-store mapping, and those of disabled images."""
    server.reset()
    ec2 = server.client("ec2")
    account = build(ec2, shapes)

    theirs = named_by_script(ec2, account)
    ours = named_by_us(ec2)

    assert ours == documented(ec2)
    assert set(theirs) <= set(account.labelled(ours))


def test_where_the_script_worked_the_names_are_the_same(ec2: EC2Client, account: Account) -> None:
    """Images of EBS volumes alone, that share nothing and list their devices in order; it crashed on others."""
    account.image("web-1", [ROOT, "/dev/sdf", "/dev/sdg", "/dev/sdh"])
    account.image("web-2")
    worked, same = named_by_script(ec2, account), account.labelled(named_by_us(ec2))
    account.image("aaa-1", {ROOT: "", "/dev/sdb": STORE, "/dev/sdf": ""})

    with pytest.raises(KeyError, match="Ebs"):
        script(ec2)
    for label in account.snapshots:
        account.untag(label, "Name")
    more = account.labelled(named_by_us(ec2))

    assert worked == same
    assert more == {**same, "aaa-1:/dev/sda1": "aaa-1(001)", "aaa-1:/dev/sdf": "aaa-1(002)"}


def test_an_account_of_more_than_a_page_of_images_and_snapshots_is_named_whole(aws: LocalAws, ec2: EC2Client) -> None:
    """1,000 is the most that EC2 gives at once."""
    source = launch(ec2, mappings=[])
    for number in range(1050):
        ec2.create_image(InstanceId=source, Name=f"web-{number:04d}", NoReboot=True)
    mark = aws.mark()

    ours = named_by_us(ec2)

    assert aws.calls(mark) == ["ec2.DescribeImages"] * 2 + ["ec2.DescribeSnapshots"] * 2
    assert ours == documented(ec2)
    assert sorted(ours.values()) == [f"web-{number:04d}(001)" for number in range(1050)]


@settings(deadline=None, max_examples=3, phases=[Phase.generate])
@given(shapes=shapes(least=5))
def test_the_program_names_what_is_documented(
    server: LocalAws, engine: engines.Engine, tmp_path_factory: pytest.TempPathFactory, shapes: Shapes
) -> None:
    """Whole, on the real engine; and what it named it leaves alone."""
    server.reset()
    ec2 = server.client("ec2")
    account = build(ec2, shapes)
    stack = Program(tmp_path_factory.mktemp("generated") / "stack", server, engine, {"ownedImages": True})

    stack.up("--skip-preview")

    assert {label: name for label, name in account.names().items() if name} == account.labelled(documented(ec2))
    stack.up("--skip-preview", "--expect-no-changes")
