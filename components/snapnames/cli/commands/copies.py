"""The copies of a service's releases in other regions, as the state and each region tell them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from snapnames.aws.refusals import refusals
from snapnames.aws.regions import read_regions
from snapnames.aws.session import REFUSALS
from snapnames.aws.snapshots import holdings_of
from snapnames.aws.uses import read_uses, used_outside
from snapnames.cli.commands.session import Session
from snapnames.cli.state.copies import StateCopy, copies_of
from snapnames.rules.images import Image, ImageWithSnapshots
from snapnames.rules.releases import release_of


@dataclass(frozen=True)
class ReleaseCopy:
    """What there is of a release in one region."""

    image_id: str
    state: str
    """EC2's word for it; `missing`, `not made` or `not known` where it has none."""

    why: str = ""
    """Why it is not known."""

    def document(self) -> dict[str, Any]:
        """The same, for scripts."""
        return {"image_id": self.image_id or None, "state": self.state, **({"why": self.why} if self.why else {})}


def held_copies(session: Session, releases: Collection[str] | None = None) -> dict[str, list[StateCopy]]:
    """Release to its copies, as the state has them: of these releases, or of all."""
    found: dict[str, list[StateCopy]] = {}
    for copy in copies_of(session.stack.state()["deployment"]):
        release = release_of(session.service, copy.name)
        if release is not None and (releases is None or release in releases):
            found.setdefault(release, []).append(copy)
    return found


def read_copies(session: Session) -> dict[str, dict[str, ReleaseCopy]]:
    """Release to region to copy, for each region that the config lists or the state has: one read for each region.

    Without copies nothing is read. A region that can't be read is reported as such.
    """
    held = held_copies(session)
    regions = dict.fromkeys([*session.copied_to, *(one.region for copies in held.values() for one in copies)])
    if not regions:
        return {}
    names = {session.image_name(one) for one in (*session.file.releases.listed, *held)}
    read = read_regions(session.account.session, dict.fromkeys(regions, names))
    rows: dict[str, dict[str, ReleaseCopy]] = {}
    for release in dict.fromkeys([*session.file.releases.listed, *held]):
        known = {copy.region: copy.image_id for copy in held.get(release, ())}
        for region in regions:
            if region in known or (region in session.copied_to and release in session.file.releases.listed):
                row = _row(known.get(region, ""), read[region].images, read[region].fault)
                rows.setdefault(release, {})[region] = row
    return rows


def _row(image_id: str, images: Collection[Image], fault: str) -> ReleaseCopy:
    if fault:
        return ReleaseCopy(image_id, "not known", fault)
    if not image_id:
        return ReleaseCopy("", "not made")
    found = next((image for image in images if image.image_id == image_id), None)
    return ReleaseCopy(image_id, found.state if found else "missing")


def reasons_to_keep_copies(session: Session, releases: Collection[str]) -> dict[str, list[str]]:
    """Release to why its copies can't go, in the words of each region; nothing of a release whose copies can."""
    by_region: dict[str, list[tuple[str, StateCopy]]] = {}
    for release, copies in held_copies(session, releases).items():
        for copy in copies:
            by_region.setdefault(copy.region, []).append((release, copy))
    reasons: dict[str, list[str]] = {}
    for region, here in by_region.items():
        try:
            found = _reasons(session, region, {copy.image_id: release for release, copy in here})
        except REFUSALS as error:
            found = {release: [f"whether its copy in {region} can go can't be read: {error}"] for release, _ in here}
        for release, why in found.items():
            reasons.setdefault(release, []).extend(why)
    return reasons


def _reasons(session: Session, region: str, copies: Mapping[str, str]) -> dict[str, list[str]]:
    """`copies`: image id to release."""
    there = session.account.session.elsewhere(region)
    ec2 = there.ec2_in_haste()
    found: dict[str, list[str]] = {}
    holdings = holdings_of(ec2, copies)
    if not session.forces_use and holdings.images:
        behind = {one: image.image_id for image in holdings.images.values() for one in image.snapshots.values()}
        uses = read_uses(ec2, there.autoscaling(), image_ids=[*holdings.images], snapshot_ids=behind)
        for use in used_outside(uses, session.stack.tag, ()):
            what = f"snapshot {use.image_id} of its copy" if use.image_id in behind else "its copy"
            release = copies[behind.get(use.image_id, use.image_id)]
            found.setdefault(release, []).append(f"{use} uses {what} in {region}")
    for image_id, image in holdings.images.items():
        own = tuple(one for one in holdings.snapshots.values() if one.snapshot_id in image.snapshots.values())
        for why in refusals(ec2, ImageWithSnapshots(image, own)):
            found.setdefault(copies[image_id], []).append(f"its copy in {region}: {why}")
    return found
