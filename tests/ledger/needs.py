"""Accounts of old images and orphan snapshots, of which some are needed: each need is one entry of `NEEDS`."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from snapnames.cli.ledger.plan import Plan, plan
from snapnames.cli.ledger.view import View
from snapnames.cli.state.declared import Declared
from snapnames.rules.candidates import FAST_LAUNCHES, FAST_RESTORES, LOCKS, REFERENCES, Answer, Candidate, Limits
from snapnames.rules.images import Holdings, Image, Snapshot, Use
from snapnames.rules.letting_go import CHECKS, Check

from .accounts import NOON, STACK

LIMITS = Limits(2, timedelta(days=90), NOON + timedelta(days=400))
LATELY = LIMITS.now - timedelta(days=3)


@dataclass
class Thing:
    """An image with two snapshots, or an orphan snapshot, and all that the account says of it."""

    number: int
    image: Image | None
    snapshots: list[Snapshot]
    uses: list[Use] = field(default_factory=list)
    past: list[Use] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def found_id(self) -> str:
        """The id that a row of the plan has."""
        return self.image.image_id if self.image else self.snapshots[0].snapshot_id

    def change(self, **facts: Any) -> None:  # noqa: ANN401 -- of an image
        """Change the image."""
        assert self.image is not None
        self.image = replace(self.image, **facts)

    def change_snapshot(self, **facts: Any) -> None:  # noqa: ANN401 -- of a snapshot
        """Change the first snapshot."""
        self.snapshots[0] = replace(self.snapshots[0], **facts)

    def say(self, read: str, answer: Answer) -> None:
        """Answer a read."""
        self.answers[read] = answer


def free_image(number: int) -> Thing:
    """An old image that nothing needs. Its service has enough newer images."""
    image_id = f"ami-{number}"
    snapshots = [
        Snapshot(f"snap-{number}{letter}", size=number + 1, started=NOON, volume_id="vol-1", made_for=image_id)
        for letter in "ab"
    ]
    mapped = {"/dev/xvda": f"snap-{number}a", "/dev/sdf": f"snap-{number}b"}
    made = NOON + timedelta(minutes=number)
    return Thing(
        number, Image(image_id, f"web-{number}", made, "/dev/xvda", mapped, source_instance_id="i-1"), snapshots
    )


def free_orphan(number: int) -> Thing:
    """An old snapshot that CreateImage made for an image that is gone."""
    made_for = f"ami-9{number}"
    return Thing(
        number,
        None,
        [Snapshot(f"snap-{number}a", size=number + 1, started=NOON, volume_id="vol-1", made_for=made_for)],
    )


def _younger(thing: Thing) -> None:
    thing.change(created=LATELY) if thing.image else thing.change_snapshot(started=LATELY)


def _tags(key: str, value: str) -> Callable[[Thing], None]:
    return lambda thing: thing.change_snapshot(tags={**thing.snapshots[0].tags, key: value})


def _image_tags(key: str, value: str) -> Callable[[Thing], None]:
    return lambda thing: thing.change(tags={**_image_of(thing).tags, key: value})


def _image_of(thing: Thing) -> Image:
    assert thing.image is not None
    return thing.image


def _named_as_a_backup(thing: Thing) -> None:
    """Only the tag still says the service."""
    thing.change(name=f"i-0123456789 {thing.number}", tags={"snapnames:service": "web"})


def _alone_in_its_service(thing: Thing) -> None:
    """Without a tag that says another service."""
    tags = {key: value for key, value in _image_of(thing).tags.items() if key != "snapnames:service"}
    thing.change(name=f"only-{'abcdefghij'[thing.number % 10]}", tags=tags)


def _used_by(kind: str) -> Callable[[Thing], None]:
    return lambda thing: thing.uses.append(Use(thing.found_id, kind, "one"))


@dataclass(frozen=True)
class Need:
    """Something that needs an image or a snapshot."""

    check: str
    """The check that sees it."""

    put: Callable[[Thing], None]
    of: str = ""
    """`image` or `snapshot`, if only one of them can have the need."""


NEEDS: Mapping[str, Need] = {
    "made lately": Need("young", _younger),
    "the newest of a service": Need("newest", _alone_in_its_service, "image"),
    "launched lately": Need("launched", lambda thing: thing.change(launched=LATELY), "image"),
    "being made": Need("unfinished", lambda thing: thing.change_snapshot(state="pending")),
    "an instance": Need("used", _used_by("instance"), "image"),
    "a launch configuration": Need("used", _used_by("launch configuration"), "image"),
    "a template that maps a snapshot": Need(
        "used", lambda thing: thing.uses.append(Use(thing.snapshots[0].snapshot_id, "launch template", "one"))
    ),
    "an old version of the own template": Need(
        "used", lambda thing: thing.past.append(Use(thing.found_id, "launch template", "old"))
    ),
    "the state": Need(
        "in a state",
        lambda thing: thing.state.update(
            images={thing.image.image_id if thing.image else str(thing.snapshots[0].image_id): "web"}
        ),
    ),
    "a delete of the stack that was begun": Need(
        "in a state", lambda thing: thing.state.update(leaving={thing.found_id}), "image"
    ),
    "a name that the state declares": Need(
        "in a state", lambda thing: thing.state.update(names={thing.snapshots[0].snapshot_id: "web(001)"})
    ),
    "another stack": Need("tagged", _image_tags("snapnames:stack", "org/other/stack"), "image"),
    "a stack that has taken it in": Need("tagged", _image_tags("snapnames:taken-in", "x"), "image"),
    "Data Lifecycle Manager": Need("tagged", _tags("dlm:managed", "true")),
    "AWS Backup": Need("tagged", _tags("aws:backup:source", "x")),
    "a tag that says keep": Need("tagged", _tags("LegalHold", "2018")),
    "a tag with a day to come": Need("tagged", _tags("DeleteOn", "2999-01-31")),
    "a recipe of Image Builder": Need("tagged", _image_tags("Ec2ImageBuilderArn", "arn:x"), "image"),
    "a backup script": Need("backup", _tags("Purpose", "nightly back-up")),
    "a backup script's image": Need("backup", _named_as_a_backup, "image"),
    "a described backup": Need("backup", lambda thing: thing.change(description="Backup of web"), "image"),
    "who copied the image": Need("origin", lambda thing: thing.change(copied=True), "image"),
    "who registered the image": Need("origin", lambda thing: thing.change(source_instance_id=""), "image"),
    "who made the snapshot": Need("origin", lambda thing: thing.change_snapshot(made_for=None), "image"),
    "who copied the snapshot": Need(
        "origin", lambda thing: thing.change_snapshot(made_for=None, copied_for="ami-99"), "snapshot"
    ),
    "deregistration protection": Need(
        "protected", lambda thing: thing.change(protection="enabled-with-cooldown"), "image"
    ),
    "the archive": Need("archived", lambda thing: thing.change_snapshot(archived=True)),
    "a restore from the archive": Need("archived", lambda thing: thing.change_snapshot(restored=True)),
    "other accounts": Need(
        "shared", lambda thing: thing.say("DescribeImageAttribute launchPermission", Answer(("it is public",))), "image"
    ),
    "an SSM parameter": Need(
        "referred to", lambda thing: thing.say(REFERENCES, Answer(("arn refers to it",))), "image"
    ),
    "accounts that make volumes": Need(
        "shared snapshot",
        lambda thing: thing.say("DescribeSnapshotAttribute createVolumePermission", Answer(("it is public",))),
    ),
    "a lock": Need("locked", lambda thing: thing.say(LOCKS, Answer(("it is locked",)))),
    "a lock that could not be read": Need("locked", lambda thing: thing.say(LOCKS, Answer(refused="Unauthorized"))),
    "fast restores": Need("made fast", lambda thing: thing.say(FAST_RESTORES, Answer(("it has fast restores",)))),
    "Fast Launch": Need("launched fast", lambda thing: thing.say(FAST_LAUNCHES, Answer(("it is enabled",))), "image"),
    "the Recycle Bin": Need(
        "recycled", lambda thing: thing.say("ListImagesInRecycleBin", Answer(("its image is there",))), "snapshot"
    ),
}
"""What needs an image or a snapshot, and the one check that sees it."""


def thing(number: int, kind: str, needs: Collection[str]) -> Thing:
    """An image or a snapshot with these needs, as far as it can have them."""
    made = free_image(number) if kind == "image" else free_orphan(number)
    for need in needs:
        if NEEDS[need].of in ("", kind):
            NEEDS[need].put(made)
    return made


def planned(things: Collection[Thing], checks: Mapping[str, Check] = CHECKS) -> Plan:
    """The plan of an account of these things."""
    return plan([viewed(things)], LIMITS, reading(things), shown=None, checks=checks)


def viewed(things: Collection[Thing]) -> View:
    """An account of these things, and of two newer images of the service `web`."""
    newest = [
        Image(f"ami-ee{number}", f"web-{number}", LATELY, source_instance_id="i-1") for number in range(LIMITS.keep)
    ]
    images = sorted(
        [*(one.image for one in things if one.image), *newest],
        key=lambda image: image.created,
    )
    snapshots = [snapshot for one in things for snapshot in one.snapshots]
    states = [one.state for one in things]
    return View(
        Holdings({one.image_id: one for one in images}, {one.snapshot_id: one for one in snapshots}),
        Declared(
            STACK,
            images={key: name for state in states for key, name in state.get("images", {}).items()},
            leaving=frozenset(key for state in states for key in state.get("leaving", ())),
            names={key: name for state in states for key, name in state.get("names", {}).items()},
        ),
        tuple(use for one in things for use in one.uses),
        account=True,
        past=tuple(use for one in things for use in one.past),
    )


def reading(things: Collection[Thing]) -> Callable[[Candidate], dict[str, Answer]]:
    """What the reads for one of these things alone say."""
    told = {one.found_id: one.answers for one in things}
    return lambda candidate: {name: told[candidate.found_id].get(name, Answer()) for name in candidate.reads}


def listed(found: Plan) -> set[str]:
    """What the plan lets go: images, orphans, and the snapshots that go with an image."""
    return {
        *(row.candidate.found_id for row in found.rows),
        *(one.snapshot_id for row in found.rows for one in row.candidate.snapshots),
    }
