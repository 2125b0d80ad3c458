"""The drop of releases, in an update of its own: behind a deployment that is in service, or as `snapnames prune`.

Nothing of a release is dropped when AWS would refuse a part of it. The release stays listed then, and a later command
tries again: a drop that is refused undoes, hides and blocks no deployment.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from snapnames.aws.refusals import refusals
from snapnames.aws.uses import moved_defaults, read_uses, used_outside
from snapnames.cli.advice import aws_errors
from snapnames.cli.commands.copies import reasons_to_keep_copies
from snapnames.cli.commands.services import refuse_others
from snapnames.cli.commands.session import Session
from snapnames.cli.commands.spare_versions import delete_spare_versions
from snapnames.cli.commands.standing import Standing
from snapnames.cli.commands.taken_in import Taken, delete_taken, read_taken, reasons_to_keep_taken, unproven_taken
from snapnames.cli.errors import CommandError
from snapnames.cli.stack.release_list import Releases
from snapnames.cli.stack.steps import COPY, IMAGE, Steps, source_name
from snapnames.cli.state.exported import Exported
from snapnames.printable import shell_command
from snapnames.rules.images import ImageWithSnapshots


@dataclass
class Dropped:
    """What has become of the releases that were to go."""

    dropped: list[str] = field(default_factory=list)
    kept: dict[str, list[str]] = field(default_factory=dict)
    """Release to why it stays."""

    left: list[str] = field(default_factory=list)
    """Snapshots that a refusal has left of an image that is gone."""

    def document(self) -> list[dict[str, Any]]:
        """The kept releases, for scripts."""
        return [{"release": release, "why": why} for release, why in self.kept.items()]


def reasons_to_keep(session: Session, releases: Collection[str], standing: Standing | None) -> dict[str, list[str]]:
    """Release to why it can't go, of those that can't: AWS refuses, others use it, or the fleet still runs it.

    `standing`: left out where the fleet will have moved on by then.
    """
    if not releases:
        return {}
    images, taken = session.images(), _taken(session, releases)
    found = {release: images[release] for release in releases if release in images}
    found |= {release: one.found for release, one in taken.items() if one.found}
    reasons = reasons_to_keep_taken(session, releases)
    of_copies = reasons_to_keep_copies(session, releases)
    for release in (one for one in of_copies if one not in found):
        reasons[release] = [*reasons.get(release, ()), *of_copies[release]]
    if not found:
        return reasons
    used = _used(session, found, moves_on=standing is None)
    with aws_errors("what keeps images from being deleted can't be read"):
        ec2 = session.account.session.ec2()
        for release, one in found.items():
            running = standing.running(one.image.name) if standing else 0
            still = [f"instances of the fleet that still run it: {running}"] if running else []
            theirs = unproven_taken(session, taken[release]) if release in taken else []
            why = [*still, *used.get(one.image.image_id, ()), *refusals(ec2, one), *theirs, *of_copies.get(release, ())]
            if why:
                reasons[release] = why
    return reasons


def _taken(session: Session, releases: Collection[str]) -> dict[str, Taken]:
    """Those of the releases that the state has as taken in."""
    recorded = session.taken_in()
    return read_taken(session, {release: recorded[release] for release in releases if release in recorded})


def would_drop(session: Session, releases: Collection[str], standing: Standing | None) -> Dropped:
    """What a drop of these releases would come to, as AWS stands now. `standing`: as for `reasons_to_keep`."""
    kept = reasons_to_keep(session, releases, standing)
    return Dropped([release for release in releases if release not in kept], kept)


def _used(session: Session, found: Mapping[str, ImageWithSnapshots], *, moves_on: bool) -> dict[str, list[str]]:
    """Image id to what outside the stack uses it; nothing where the config forces the drop.

    `moves_on`: whether an update comes before the drop, which also moves the default version of the stack's template.
    """
    if session.forces_use:
        return {}
    ids = [one.image.image_id for one in found.values()]
    behind = {snapshot: one.image.image_id for one in found.values() for snapshot in one.image.snapshots.values()}
    with aws_errors("what uses the images can't be read"):
        aws = session.account.session
        uses = read_uses(aws.ec2(), aws.autoscaling(), image_ids=ids, snapshot_ids=behind)
    used: dict[str, list[str]] = {}
    groups = Exported(session.stack.state()["deployment"]).fleet_groups
    for use in used_outside(uses, session.stack.tag, groups):
        used.setdefault(behind.get(use.image_id, use.image_id), []).append(f"{use} uses {use.what}")
    for use in () if moves_on else moved_defaults(uses, session.stack.tag):
        image_id = behind.get(use.image_id, use.image_id)
        used.setdefault(image_id, []).append(f"{use} uses {use.what}, which somebody has made the default version")
    return used


def drop(session: Session, releases: Sequence[str], standing: Standing) -> Dropped:
    """Drop what can go of these releases; the config file lists the rest afterwards.

    Raises `CommandError` when the stack can't be read, and never because AWS has refused a delete.
    """
    expected = would_drop(session, releases, standing)
    outcome, going = Dropped(kept=expected.kept), expected.dropped
    for release, why in outcome.kept.items():
        session.display.say(f"warning: {session.image_name(release)} stays, and stays listed: {'; '.join(why)}")
    if not going:
        return outcome
    wanted = session.file.releases.without(going)
    session.kept = [release for release in session.kept if release not in going]
    session.display.say(f"[{session.display.elapsed}] dropping {', '.join(map(session.image_name, going))}")
    names = {session.image_name(release) for release in going}
    state = Exported(session.stack.state()["deployment"])
    held = {image_id: name for image_id, name in state.held_images.items() if name in names}
    taken = _taken(session, going)
    # The tag of an image that is gone can't be deleted; a refresh takes it out of the state.
    refresh = any(one.found is None for one in taken.values())
    try:
        # An update that failed may have marked an image to outlive the stack. One update clears the mark, one deletes.
        for deleted in _deleted(held, state.kept_images):
            steps = session.preview(session.edited(wanted), refresh=refresh)
            _check(session, steps, names, () if refresh else deleted)
            session.refuse_newcomers(going)
            session.update(session.edited(wanted), refresh=refresh, planned=steps)
    except CommandError as error:
        _late(session, outcome, going, held, error)
    else:
        # The config lists what was taken in until it is deleted: after a kill the next update takes it in again.
        stays = _delete_taken(session, outcome, taken)
        outcome.dropped += [release for release in going if release not in stays]
        session.file = session.file.replace(session.file.releases.without(outcome.dropped))
        session.delete_left(held)
        _say_what_is_still_there(session, held)
    dropped = {session.image_name(release) for release in outcome.dropped}
    delete_spare_versions(session, [image_id for image_id, name in held.items() if name in dropped])
    return outcome


def _deleted(held: Mapping[str, str], kept: Collection[str]) -> Iterator[set[str]]:
    """For each update, the names of the images that it deletes. `kept`: the ids of those that outlive the stack."""
    free = {name for image_id, name in held.items() if image_id not in kept}
    if len(free) < len(held):
        yield free
    yield {*held.values()}


def _say_what_is_still_there(session: Session, held: Mapping[str, str]) -> None:
    """Warn of an image that EC2 has although the update has dropped it: AWS has the last word on what is gone.

    `held`: image id to name, of the releases that were to go.
    """
    for name, one in session.account.known(held).items():
        again = shell_command("aws", "ec2", "describe-images", "--image-ids", one.image.image_id)
        session.display.say(
            f"warning: the update that drops image {name} ({one.image.image_id}) has succeeded, and EC2 still has the "
            f"image. Such a read may be behind: {again} looks again"
        )


def _delete_taken(session: Session, outcome: Dropped, taken: Mapping[str, Taken]) -> Collection[str]:
    """Delete what was taken in; the releases that stay all the same."""
    if not taken:
        return ()
    stays, left = delete_taken(session, taken)
    outcome.kept |= stays
    outcome.left += left
    for release, why in stays.items():
        session.display.say(
            f"warning: {session.image_name(release)} stays, and stays listed: {'; '.join(why)}. The next update takes "
            "it in again"
        )
    return stays


def _check(session: Session, steps: Steps, names: Collection[str], deleted: Collection[str]) -> None:
    """Raise `CommandError` unless the update deletes images of these names, and no other.

    `deleted`: those of the names that it has to delete.
    """
    refuse_others(steps, session.service, session.others)
    gone = {step.name for step in steps.seen if step.kind == IMAGE and step.verb == "delete"}
    if stay := {*deleted} - gone:
        raise CommandError(
            f"the update would not delete {', '.join(sorted(stay))}: the program of this stack does not make its "
            "images of snapnames:releases, or keeps them itself"
        )
    others = [step for step in steps.seen if step.kind == IMAGE and (step.verb != "delete" or step.name not in names)]
    others += [one for one in steps.seen if (one.kind, one.verb) == (COPY, "delete") and source_name(one) not in names]
    if others:
        raise CommandError(
            f"the update that drops {', '.join(sorted(names))} would also {', '.join(map(str, others))}: bring the "
            "stack in line with its config first, by `pulumi up`"
        )


def _late(
    session: Session,
    outcome: Dropped,
    going: Sequence[str],
    held: Mapping[str, str],
    error: CommandError,
) -> None:
    """Take in that AWS has refused a delete of the update: what is still whole stays listed.

    `held`: image id to name, of the releases that were to go.
    """
    there = {*session.images(), *session.file.taken_in}
    gone = [release for release in going if release not in there]
    for release in going:
        if release in there:
            outcome.kept[release] = [str(error)]
            session.display.say(f"warning: {session.image_name(release)} stays, and stays listed: {error}")
    outcome.dropped += gone
    if gone:
        session.file = session.file.replace(session.file.releases.without(gone))
        names = {session.image_name(release) for release in gone}
        outcome.left = session.left_snapshots({image_id: name for image_id, name in held.items() if name in names})
    if outcome.left:
        session.display.say(
            f"warning: {', '.join(map(session.image_name, gone))} is deregistered, and AWS has refused to delete "
            f"{', '.join(outcome.left)}: {error}. `snapnames recover --orphans` deletes what an image has left"
        )


def document(session: Session, outcome: Dropped, releases: Releases) -> dict[str, Any]:
    """What a drop has come to, for scripts."""
    return {
        "stack": session.stack.name,
        "releases": list(releases.listed),
        "live": releases.live,
        "dropped": outcome.dropped,
        "kept": outcome.document(),
        "left_snapshots": outcome.left,
        "seconds": session.display.seconds,
    }
