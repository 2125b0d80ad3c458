"""Text that means harm, in names, tags and config: a clear error, or shown as what it is."""

import io
import json
import string
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mypy_boto3_ec2 import EC2Client
from rich.console import Console
from snapnames import InputError
from snapnames.cli.commands.releases import print_table
from snapnames.cli.display import Display
from snapnames.printable import LINE_LIMIT, NAME_LIMIT, printable, printable_lines
from snapnames.rules.images import Image, ImageWithSnapshots, Snapshot
from snapnames.rules.naming import check_pattern, snapshot_names
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch, names, snapshot_ids
from tests.config.readings import FLEET, GOOD, read
from tests.program import Program

UNTIMED = settings(deadline=None)
CLEAR, TITLE, TURNED = "\x1b[2J", "\x1b]0;owned\x07", "\u202egpj.exe\u2066"
MARKUP, FORMAT, EIGHT_BIT = "[/red][link=http://x]", "{image.__class__}{0}%s$(id)`id`", "\x9b2J\x85\u2028"
HOSTILE = (
    CLEAR,
    TITLE,
    TURNED,
    MARKUP,
    FORMAT,
    EIGHT_BIT,
    "a\nerror: all is lost",
    "\r",
    "\x00",
    "\ud800",
    "x" * 20_000,
)

any_text = st.one_of(
    st.sampled_from(HOSTILE), st.text(), st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Zs"]), max_size=9)
)


def harmless(text: str) -> bool:
    """Whether a terminal does nothing with it but show it, line by line."""
    return all(line.isprintable() for line in text.split("\n"))


@UNTIMED
@given(any_text)
@example(CLEAR + TITLE + TURNED)
def test_a_text_from_outside_is_one_line_of_characters_that_can_be_printed(text: str) -> None:
    """None of them moves the cursor, turns the text around or begins another line."""
    shown = printable(text)

    assert shown.isprintable()
    assert {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"} == set()
    assert len(shown) <= NAME_LIMIT + len("… (20000 characters) …")
    assert shown == text or not text.isprintable() or len(text) > NAME_LIMIT


@UNTIMED
@given(any_text)
def test_a_message_keeps_its_lines_and_nothing_else_of_what_a_terminal_obeys(text: str) -> None:
    """The errors of AWS and Pulumi have lines and tabs."""
    shown = printable_lines(text)

    assert harmless(shown)
    assert shown.count("\n") == text.count("\n")
    assert max(map(len, shown.split("\n"))) <= LINE_LIMIT + len("… (20000 characters) …")


@UNTIMED
@given(any_text)
def test_an_error_for_the_user_is_harmless_whatever_it_quotes(text: str) -> None:
    """Also where a message quotes what AWS or another person wrote."""
    error = InputError(f"image {text} is taken: release under another name")

    assert harmless(str(error))


@UNTIMED
@given(any_text)
def test_a_line_of_the_command_is_harmless(text: str) -> None:
    """On a terminal; neither escapes, nor Rich's markup and emoji."""
    written = io.StringIO()

    Display(Console(file=written, force_terminal=True, color_system=None, width=80)).say(f"{text} :warning:")

    assert written.getvalue() == printable_lines(f"{text} :warning:") + "\n"


@UNTIMED
@given(any_text, any_text)
@example("1[/b]", "")
@example(CLEAR, TURNED)
def test_a_table_of_releases_shows_a_name_as_it_is(release: str, name: str) -> None:
    """The name of an image may hold what Rich takes for markup."""
    written = io.StringIO()
    row = {
        "release": release[:40],
        "live": True,
        "launches": True,
        "running": 1,
        "image_id": "ami-1",
        "state": "available",
        "listed": True,
        "taken_in": False,
        "copies": {},
        "age_seconds": 1,
        "size_gib": 8,
        "snapshots": {"/dev/sda1": name},
    }

    print_table(Console(file=written, force_terminal=True, color_system=None, width=400), [row])

    assert harmless(written.getvalue())
    assert printable(release[:40]).split() == written.getvalue().split("\n")[3].split("│")[1].split()


@pytest.mark.parametrize("terminal", [True, False])
def test_the_progress_of_an_image_shows_a_device_as_it_is(*, terminal: bool) -> None:
    """As bars, and as the lines of a log."""
    written, device = io.StringIO(), f"/dev/sda1{CLEAR}{MARKUP}"
    image = ImageWithSnapshots(
        Image("ami-1", f"web{TURNED}", datetime.now(UTC), snapshots={device: "snap-1"}, state="pending"),
        (Snapshot("snap-1", {}, "pending", 50, 8),),
    )
    console = Console(file=written, force_terminal=terminal, color_system=None, width=200)

    class Account:
        """An account in which an image is being made."""

        def image(self, _name: str) -> ImageWithSnapshots:
            return image

    display = Display(console)
    with display.watching(Account(), "web"):  # type: ignore[arg-type] # what it asks of an account
        while r"\x1b[2J[/red]" not in written.getvalue():
            pass

    assert CLEAR not in written.getvalue()
    assert TURNED not in written.getvalue()


@UNTIMED
@given(
    key=st.sampled_from(["service", "namePattern", "description", "live", "createTimeout", "deprecateAfter"]),
    text=any_text,
)
@example(key="namePattern", text="{image}{index}\u202e")
@example(key="description", text=TITLE)
def test_config_is_taken_if_it_can_be_printed_and_else_told_in_harmless_lines(key: str, text: str) -> None:
    """What gets through is printable, so that names and tags made of it are."""
    told = taken(lambda: read({**GOOD, key: text}))

    assert told is None or harmless(told)
    assert told is not None or text.isprintable()


@UNTIMED
@given(
    path=st.sampled_from(["imageTags", "snapshotTags", "source", "fleet", "ownedImages"]),
    text=any_text,
    as_key=st.booleans(),
)
@example(path="fleet", text=CLEAR, as_key=True)
def test_tags_and_lists_of_the_config_are_taken_or_told_in_the_same_way(path: str, text: str, *, as_key: bool) -> None:
    """Keys and values."""
    tags = {text: "x"} if as_key else {"x": text}
    value: dict[str, Any] = {"fleet": {**FLEET, "tags": tags}, "ownedImages": {"tags": tags}}.get(path, tags)

    told = taken(lambda: read({**GOOD, path: json.dumps(value)}))

    assert told is None or harmless(told)
    assert told is not None or text.isprintable()


def taken(attempt: Callable[[], object]) -> str | None:
    """None when it is; the error else."""
    try:
        attempt()
    except InputError as error:
        return str(error)
    return None


@UNTIMED
@given(
    image=st.text(string.ascii_letters + "{}()[]", min_size=3, max_size=20),
    device=st.text(string.printable, min_size=1, max_size=20),
)
@example(image="{index}", device="{image.__class__}")
def test_braces_in_the_name_of_an_image_or_a_device_are_no_fields(image: str, device: str) -> None:
    """A name is made of the pattern once; what is put into it is not read again."""
    assert snapshot_names(image, [device], device, "{image}-{device}-{index}") == {device: f"{image}-{device}-1"}


@pytest.mark.parametrize("pattern", [*HOSTILE, "{image!r}", "{index:{device}}", "{image:>99999999}", "{", "{}", "{0}"])
def test_a_pattern_that_looks_anything_up_or_can_not_be_printed_is_refused(pattern: str) -> None:
    """Attributes, indices, conversions, widths without end."""
    told = taken(lambda: check_pattern(pattern, "namePattern"))

    assert (told is None) == (pattern in (MARKUP, "x" * 20_000))
    assert told is None or harmless(told)


def test_names_that_somebody_else_chose_are_harmless_in_all_that_is_printed(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client
) -> None:
    """Snapshots, launch configurations and images of an account: up, name-owned, releases, a warning."""
    source = launch(ec2)
    evil = f"{EIGHT_BIT}{TURNED}{MARKUP}\x7f\nerror: all is lost"
    stack = program({"service": "web", "releases": ["1[/b]"], "source": source, "ownedImages": True})
    stack.up("--skip-preview")
    ours = ec2.describe_images(Owners=["self"])["Images"][0]["ImageId"]
    before = snapshot_ids(ec2)
    ec2.create_image(InstanceId=source, Name="db-1", NoReboot=True)
    theirs = min(snapshot_ids(ec2) - before)
    ec2.create_tags(Resources=[theirs], Tags=[{"Key": "Name", "Value": evil}])
    aws.client("autoscaling").create_launch_configuration(
        LaunchConfigurationName=f"mine{evil}", ImageId=ours, InstanceType="t3.micro"
    )

    listed = stack.snapnames("releases")
    named = stack.snapnames("name-owned")
    stack.config |= {"releases": ["2"]}
    warned = stack.preview("--refresh")

    assert "1[/b]" in listed.out
    assert r"launch configuration mine\x9b2J" in warned.out
    assert [text for text in (listed.out, named.out, named.err, warned.out) if not harmless(text)] == []
    assert evil in names(ec2, "db-1").values()
