"""Names of snapshots that are not as the stack declares them."""

from collections.abc import Iterator

from snapnames.cli.ledger.findings.finding import Finding, Kind
from snapnames.cli.ledger.reads import IMAGES, SNAPSHOTS
from snapnames.cli.ledger.view import View
from snapnames.printable import beside_commands


def _find(view: View) -> Iterator[Finding]:
    for snapshot_id, name in {**view.declared.owned, **view.declared.names}.items():
        snapshot = view.holdings.snapshots.get(snapshot_id)
        if snapshot is None or snapshot.name == name:
            continue
        if snapshot.name is not None and snapshot_id not in view.declared.names:
            continue  # a person's name under snapnames:ownedImages stays
        image = next(iter(view.images_of.get(snapshot_id, ())), None)
        yield Finding(
            "drift",
            f"snapshot {snapshot_id} is declared as {beside_commands(name)!r} and "
            + ("has no name" if snapshot.name is None else f"is called {beside_commands(snapshot.name)!r}"),
            "run `pulumi up --refresh`: it puts the name back",
            image.image_id if image else None,
            image.name if image else None,
            (snapshot_id,),
            declared=name,
            live=snapshot.name,
        )


KIND = Kind(
    "drift",
    _find,
    one="name that is not as declared",
    several="names that are not as declared",
    means="A snapshot has another Name than the declared one, or no Name.",
    cure="Run `pulumi up --refresh`.",
    reads=(SNAPSHOTS, IMAGES),
)
