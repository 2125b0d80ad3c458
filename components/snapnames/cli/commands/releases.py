"""`snapnames releases` lists the releases: which one is live, and the age and size of their images."""

from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from snapnames.cli.age import age
from snapnames.cli.commands.copies import read_copies
from snapnames.cli.commands.session import Session
from snapnames.cli.commands.standing import Standing
from snapnames.cli.commands.taken_in import read_taken
from snapnames.printable import printable, printable_lines
from snapnames.rules.images import ImageWithSnapshots

_LOG_WIDTH = 160
"""Characters. A log has no width of its own, and names must not be cut."""


def rows(session: Session) -> list[dict[str, Any]]:
    """A row for each release that is listed or has an image, newest first, for scripts."""
    releases, standing = session.file.releases, session.standing()
    taken = read_taken(session, session.taken_in())
    images = session.images() | {release: one.found for release, one in taken.items() if one.found}
    unlisted = sorted(
        (r for r in images if r not in releases.listed), key=lambda r: images[r].image.created, reverse=True
    )
    listed = [
        _row(session, release, images.get(release), standing) | {"taken_in": release in taken}
        for release in (*releases.listed, *unlisted)
    ]
    copies = read_copies(session)
    for row in listed:
        row["copies"] = {region: one.document() for region, one in copies.get(row["release"], {}).items()}
    gone = any(row["state"] == "missing" for row in listed)
    # Perhaps the config leads elsewhere, so the place is told. It takes a call, so only then.
    place = session.account.session.place if gone else None
    return [row | ({"missing_in": place} if row["state"] == "missing" else {}) for row in listed]


def _row(session: Session, release: str, found: ImageWithSnapshots | None, standing: Standing) -> dict[str, Any]:
    image, name, releases = found and found.image, session.image_name(release), session.file.releases
    status = standing.status
    return {
        "release": release,
        # What runs, where the stack has a fleet; otherwise there is only the word of the config.
        "live": standing.running(name) > 0 if status else release == releases.live and not session.has_fleet,
        "launches": standing.launches == name,
        "running": standing.running(name),
        "listed": release in releases.listed,
        "image": name,
        "image_id": image and image.image_id,
        "state": image.state if image else "missing",
        "created": image and image.created.isoformat(),
        "age_seconds": image and int((datetime.now(UTC) - image.created).total_seconds()),
        "size_gib": found and found.size,
        "snapshots": {found.device(s) or s.snapshot_id: s.name for s in found.snapshots} if found else {},
    }


def _fleet(row: dict[str, Any]) -> str:
    """What the fleet does with it: `live` is what runs."""
    many = "instance" if row["running"] == 1 else "instances"
    # Without a fleet nobody can say what runs: then it is what the config says.
    running = f"live on {row['running']} {many}" if row["running"] else "live by the config" if row["live"] else ""
    return "; ".join(part for part in (running, "launches next" if row["launches"] else "") if part)


def _state(row: dict[str, Any]) -> str:
    state = f"missing in {row['missing_in']}" if "missing_in" in row else str(row["state"])
    return f"{state}{', taken in' if row['taken_in'] else ''}{'' if row['listed'] else ', not listed'}"


def _unknown(row: dict[str, Any]) -> str:
    """The regions that can't be read."""
    told = (f"region {region} can't be read: {one['why']}" for region, one in row["copies"].items() if "why" in one)
    return printable_lines("\n".join(told))


def _copies(row: dict[str, Any]) -> str:
    """The regions with a copy; of one that is not there, what is known of it."""
    told = (
        f"{region} {one['state']}" if one["state"] != "available" else region for region, one in row["copies"].items()
    )
    return ", ".join(told) or "-"


def print_table(console: Console, listed: list[dict[str, Any]]) -> None:
    """Show the rows to a person."""
    copied = any(row["copies"] for row in listed)
    table = Table(
        "release", "fleet", "image", "state", "age", "size", "snapshots named", *(["copies"] if copied else [])
    )
    for row in listed:
        names = row["snapshots"].values()
        table.add_row(
            Text(printable(row["release"])),  # as a plain text it would be read as Rich's markup
            _fleet(row),
            row["image_id"] or "-",
            _state(row),
            "-" if row["age_seconds"] is None else age(timedelta(seconds=row["age_seconds"])),
            "-" if row["size_gib"] is None else f"{row['size_gib']} GiB",
            f"{sum(name is not None for name in names)} of {len(names)}",
            *([_copies(row)] if copied else []),
        )
    for why in dict.fromkeys(_unknown(row) for row in listed):
        if why:
            console.print(why, markup=False, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = _LOG_WIDTH
    console.print(table)
