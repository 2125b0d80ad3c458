"""Which images of others can be releases, which of them may be deleted, and what their names say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from snapnames.rules.deletable import kept_by_tags
from snapnames.rules.images import Image, Snapshot
from snapnames.rules.taken_in import TakenIn, chosen, not_as_taken, release_taken, services, split_name, untakeable

STACK = "organization/web/production"
OTHER = "organization/shop/production"
MADE = datetime(2018, 3, 7, tzinfo=UTC)
OLD = Image("ami-1", "web-1", MADE, snapshots={"/dev/sda1": "snap-1", "/dev/sdf": "snap-2"}, source_instance_id="i-1")
BEHIND = [Snapshot("snap-1", made_for="ami-1"), Snapshot("snap-2", made_for="ami-1")]
TAKEN = TakenIn("ami-1", "web-1", {"/dev/sdf": "snap-2", "/dev/sda1": "snap-1"})


@pytest.mark.parametrize(
    "image",
    [
        OLD,
        replace(OLD, source_instance_id=""),
        replace(OLD, tags={"Name": "web", "team": "web"}),
        replace(OLD, tags={"snapnames:taken-in": STACK}),
        replace(OLD, tags={"snapnames:stack": OTHER, "aws:backup:source-resource": "i-1"}),
    ],
)
def test_an_image_of_the_account_under_the_name_of_the_release_can_be_taken_in(image: Image) -> None:
    """EC2 tells the source instance of newer images alone. A mark that was copied makes no release of another stack."""
    assert untakeable(image, "web-1", STACK) == ""


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"name": "db-1"}, "it is called 'db-1', and the image of that release is called 'web-1'"),
        ({"copied": True, "source_instance_id": ""}, "it is a copy of another image"),
        ({"state": "pending"}, "it is 'pending': wait until EC2 has made it"),
        ({"state": "failed", "reason": "no disk"}, "it is 'failed' (no disk): nothing can launch from it"),
        ({"state": "disabled"}, "it is 'disabled': enable it, by `aws ec2 enable-image`"),
        ({"snapshots": {}}, "it has no EBS snapshot"),
        (
            {"tags": {"snapnames:stack": OTHER, "snapnames:service": "web"}},
            f"the stack {OTHER} built it, so it is a release of that stack",
        ),
        (
            {"tags": {"snapnames:taken-in": OTHER}},
            f"the stack {OTHER} has taken it in: drop it there, or remove its tag snapnames:taken-in",
        ),
    ],
)
def test_every_other_image_is_refused_with_the_reason(changed: dict[str, object], why: str) -> None:
    """One fact is changed each time."""
    assert untakeable(replace(OLD, **changed), "web-1", STACK) == why  # type: ignore[arg-type] # by name


def test_an_image_that_was_disabled_since_it_was_taken_in_stays_a_release() -> None:
    """It holds up no update. An image that failed or is a copy never was one."""
    assert untakeable(replace(OLD, state="disabled"), "web-1", STACK, known=True) == ""
    assert untakeable(replace(OLD, state="failed"), "web-1", STACK, known=True) != ""


def test_what_was_taken_in_is_proven_by_its_id_its_name_and_its_snapshots() -> None:
    """In whatever order EC2 lists the mappings."""
    assert not_as_taken(TAKEN, OLD, BEHIND) == []


@pytest.mark.parametrize(
    ("image", "behind", "why"),
    [
        (replace(OLD, name="web-2"), BEHIND, "EC2 has 'web-2' under ami-1, and 'web-1' (ami-1) was taken in"),
        (replace(OLD, snapshots={"/dev/sda1": "snap-1"}), BEHIND, "its snapshots are others than when it was taken in"),
        (OLD, BEHIND[:1], "snapshot snap-2 behind it was not made for it"),
        (OLD, [BEHIND[0], Snapshot("snap-2", made_for="ami-9")], "snapshot snap-2 behind it was not made for it"),
        (OLD, [BEHIND[0], Snapshot("snap-2", copied_for="ami-1")], "snapshot snap-2 behind it was not made for it"),
    ],
)
def test_what_is_not_proven_is_not_deleted(image: Image, behind: list[Snapshot], why: str) -> None:
    """A snapshot that another account owns, or that was made for something else, may be needed elsewhere."""
    assert not_as_taken(TAKEN, image, behind) == [why]


def test_the_mark_of_another_stack_speaks_against_a_delete_and_the_own_mark_does_not() -> None:
    """Whoever asks."""
    marked = {"snapnames:taken-in": STACK}

    assert kept_by_tags(marked, STACK) == []
    assert kept_by_tags(marked, OTHER) == [f"the stack {STACK} has taken it in: drop it there"]


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("front-web-20180307231207", ("front-web", "20180307231207")),
        ("front-web-20180307T2312", ("front-web", "20180307T2312")),
        ("web-2-20180307231207", ("web-2", "20180307231207")),
        ("web-2018-03-07", ("web", "2018-03-07")),
        ("web-7", ("web", "7")),
        ("web-v7", None),
        ("web", None),
        ("-7", None),
        ("20180307231207", None),
        ("web-", None),
    ],
)
def test_a_name_is_split_where_the_time_or_the_number_begins(name: str, split: tuple[str, str] | None) -> None:
    """A name that does not say is left to a person."""
    assert split_name(name) == split


@pytest.mark.parametrize(
    ("service", "name", "release"),
    [
        ("web", "web-20180307", "20180307"),
        ("front", "front-web-20180307", None),
        ("web", "web-v7", "v7"),
        ("web-2", "web-2-7", "7"),
        ("web", "website-7", None),
    ],
)
def test_a_release_of_a_service_with_a_longer_name_is_no_release_of_the_shorter_one(
    service: str, name: str, release: str | None
) -> None:
    """A person who names the service may also choose names that don't split."""
    assert release_taken(service, name) == release


def _daily(number: int, name: str = "", **changed: object) -> Image:
    made = MADE + timedelta(days=number)
    return replace(OLD, image_id=f"ami-{number}", name=name or f"web-{number}", created=made, **changed)  # type: ignore[arg-type]


def test_the_newest_images_that_can_be_releases_are_chosen() -> None:
    """By when they were made, and not by name: no copy, no failed one, none of another service."""
    images = [
        _daily(9),
        _daily(10),
        _daily(11, copied=True),
        _daily(12, state="failed"),
        _daily(13, "db-13"),
        _daily(2),
    ]

    found = chosen(images, "web", 2, STACK)

    assert [(release, image.image_id) for release, image in found.images.items()] == [("10", "ami-10"), ("9", "ami-9")]
    assert [image.name for image in found.left] == ["web-2"]


def test_the_image_that_the_group_launches_is_chosen_however_old_it_is() -> None:
    """It is what runs, so it is live. It counts among the images to keep."""
    images = [_daily(number) for number in (1, 2, 3, 4)]

    assert [*chosen(images, "web", 2, STACK, "ami-1").images] == ["4", "1"]
    assert [*chosen(images, "web", 2, STACK, "ami-9").images] == ["4", "3"]


def test_services_are_counted_those_with_the_most_images_first() -> None:
    """Images whose names don't split are not counted."""
    images = [_daily(1, "db-1"), _daily(2), _daily(3), _daily(4, "backup")]

    assert services(images) == {"web": 2, "db": 1}
