"""Finds what is wrong or may be deleted, with the next step for each. Plain functions that change nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from snapnames.cli.ledger.view import View, size_of
from snapnames.printable import beside_commands, shell_command
from snapnames.rules.deletable import Proof
from snapnames.rules.images import VOLUME_OF_COPIES, Image, Snapshot

CHECKED = 20
"""How many findings of a kind are checked one by one. A terminal lists no more."""


@dataclass(frozen=True)
class Finding:
    """One thing to know."""

    kind: str
    text: str
    step: str
    """The next step, with the command for it."""

    image_id: str | None = None
    image_name: str | None = None
    snapshot_ids: tuple[str, ...] = ()
    declared: str | None = None
    """The Name that the stack declares."""

    live: str | None = None
    """The Name that the snapshot has."""

    size: int | None = None
    """GiB of the snapshots, as the volumes' full size. Only for what may be deleted."""


def findings(view: View) -> list[Finding]:
    """Every finding, in the order of `KINDS`."""
    return [finding for kind in KINDS for finding in _FIND[kind](view)]


def _failed(view: View) -> Iterator[Finding]:
    for image in view.images:
        if not image.unfinished or image.state == "pending" or view.untracked(image):
            continue
        why = f" ({image.reason})" if image.reason else ""
        yield Finding(
            "failed",
            f"image {image.name} ({image.image_id}) is {image.state}{why}; nothing can launch from it",
            "the next `snapnames deploy` removes it; by hand, drop its release from snapnames:releases and run "
            "`pulumi up --refresh`, then `pulumi up`"
            if image.image_id in view.declared.images
            else _deregister(view, image),
            image.image_id,
            image.name,
            tuple(view.behind[image.image_id]),
        )


def _missing(view: View) -> Iterator[Finding]:
    left = {image_id for _, _, image_id in view.orphans}
    for image_id, name in view.declared.images.items():
        if image_id not in view.holdings.images:
            first = "run `snapnames recover --orphans` to delete what it left, then " if image_id in left else ""
            yield Finding(
                "missing",
                f"image {name} ({image_id}) is in the state of this stack and no longer in the account",
                f"{first}drop its release from snapnames:releases and run `pulumi up --refresh`: an older image is "
                "never built again, and the first of the list would be made of its source as that is now",
                image_id,
                name,
            )


def _untracked(view: View) -> Iterator[Finding]:
    for image in view.images:
        if view.untracked(image):
            yield Finding(
                "untracked",
                f"image {image.name} ({image.image_id}, {image.state}) was built by this stack, and its state does "
                "not have it",
                "run `snapnames recover` when no update of the stack runs: it takes the image into the state"
                if image.name in view.declared.creating
                else "run `snapnames recover`, which takes it into the state if its release is listed; or "
                f"{_deregister(view, image)}; until then no release can have its name",
                image.image_id,
                image.name,
                tuple(view.behind[image.image_id]),
            )


def _drift(view: View) -> Iterator[Finding]:
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


def _unnamed(view: View) -> Iterator[Finding]:
    for image in view.images:
        if image.unfinished or view.untracked(image):
            continue  # the names come when EC2 has made the image, or when the untracked finding is solved
        for snapshot_id in view.behind[image.image_id]:
            snapshot = view.holdings.snapshots.get(snapshot_id)
            known = snapshot is None or snapshot.name is not None or view.name_for(snapshot_id) is not None
            if not known and view.images_of[snapshot_id][0] is image:
                yield Finding(
                    "unnamed",
                    f"snapshot {snapshot_id} of image {image.name} ({image.image_id}) has no name",
                    _naming(view, image),
                    image.image_id,
                    image.name,
                    (snapshot_id,),
                )


def _orphans(view: View) -> Iterator[Finding]:
    for snapshot, image, image_id in view.orphans:
        named = f" ({beside_commands(snapshot.name)})" if snapshot.name else ""
        yield Finding(
            "orphans",
            f"snapshot {snapshot.snapshot_id}{named} was behind image {image}, which is gone",
            "run `snapnames recover --orphans`: it deletes what images left that the state of this stack has"
            if image_id in view.declared.images
            else _delete(
                view,
                snapshot.snapshot_id,
                shell_command("aws", "ec2", "delete-snapshot", "--snapshot-id", snapshot.snapshot_id)
                + " deletes it, if nobody needs its data",
            ),
            image_id,
            None if image == image_id else image,
            (snapshot.snapshot_id,),
            live=snapshot.name,
            size=snapshot.size,
        )


def _duplicates(view: View) -> Iterator[Finding]:
    bearers: dict[str, list[str]] = {}
    for snapshot in view.holdings.snapshots.values():
        if snapshot.name is not None:
            bearers.setdefault(snapshot.name, []).append(snapshot.snapshot_id)
    ours = {snapshot_id for image in view.images for snapshot_id in view.behind[image.image_id]}
    for name, snapshot_ids in bearers.items():
        if len(snapshot_ids) > 1 and (view.account or ours & set(snapshot_ids)):
            snapshots = [view.holdings.snapshots[one] for one in snapshot_ids]
            rightful = [one for one in snapshot_ids if view.name_for(one) == name] or snapshot_ids[:1]
            others = [one for one in snapshot_ids if one not in rightful] or snapshot_ids[1:]
            yield Finding(
                "duplicates",
                f"{len(snapshot_ids)} snapshots are called {beside_commands(name)!r}{_volumes(snapshots)}: "
                + ", ".join(snapshot_ids),
                "a name that several snapshots share is no reason to delete any of them, and backups often have the "
                "name of their volume; to tell them apart, give another name: "
                + shell_command("aws", "ec2", "create-tags", "--resources", others[0], "--tags", "Key=Name,Value=..."),
                snapshot_ids=tuple(snapshot_ids),
                live=name,
            )


def _volumes(snapshots: list[Snapshot]) -> str:
    """Of which volumes the snapshots are, where EC2 tells."""
    volumes = sorted({one.volume_id for one in snapshots if one.volume_id and one.volume_id != VOLUME_OF_COPIES})
    if not volumes:
        return ""
    return f" and are of volume{'s' if len(volumes) > 1 else ''} {', '.join(volumes)}"


def _shared(view: View) -> Iterator[Finding]:
    asked = {image.image_id for image in view.images}
    for snapshot_id, images in view.images_of.items():
        if len(images) > 1 and asked & {image.image_id for image in images}:
            names = ", ".join(f"{image.name} ({image.image_id})" for image in images)
            yield Finding(
                "shared",
                f"snapshot {snapshot_id} is behind {len(images)} images: {names}",
                "it can be deleted when the last of them is deregistered: let go of all of them to save what it costs",
                images[0].image_id,
                images[0].name,
                (snapshot_id,),
            )


def _unused(view: View) -> Iterator[Finding]:
    for image in view.images:
        if image.unfinished or image.image_id in view.users or view.untracked(image):
            continue
        if view.proofs.get(image.image_id, Proof()).shared:
            continue  # other accounts can launch it: nothing here shows whether they do
        alone = [one for one in view.behind[image.image_id] if len(view.images_of[one]) == 1]
        in_state = image.image_id in view.declared.images
        yield Finding(
            "unused",
            f"no instance, launch configuration or launch template uses image {image.name} ({image.image_id})",
            "keep it to roll back to; or drop its release from snapnames:releases and run `pulumi up`, or "
            "`snapnames deploy --keep N`, which removes it with its snapshots"
            if in_state
            else f"{_deregister(view, image)}; keep it if anybody wants to launch from it again",
            image.image_id,
            image.name,
            tuple(view.behind[image.image_id]),
            size=size_of(view.holdings.snapshots, alone),
        )


def _deregister(view: View, image: Image) -> str:
    """The next step to remove an image that this stack's state does not have."""
    if image.builder is not None and not view.own(image):
        builder = beside_commands(image.builder)
        return f"drop its release from the stack {builder}, which built it, and run `pulumi up` there"
    return _delete(
        view,
        image.image_id,
        shell_command("aws", "ec2", "deregister-image", "--image-id", image.image_id, "--delete-associated-snapshots")
        + " removes it with its snapshots",
    )


def _delete(view: View, found_id: str, command: str) -> str:
    """The command, if every read found nothing that needs the image or snapshot; else what to look at instead."""
    users = view.users.get(found_id, ())
    proof = view.proofs.get(found_id, Proof())
    held = [*proof.held, *(f"{user} needs it" for user in users)]
    if held:
        return f"keep {found_id}: {'; '.join(map(beside_commands, held))}"
    if proof.unread:
        return f"{found_id} is not known to be safe to delete; what could not be read: {', '.join(proof.unread)}"
    if not proof.safe:
        return (
            f"{found_id} is not known to be safe to delete, because it was not checked: the ledger checks the first "
            f"{CHECKED} of a kind; look at who may use it, whether it is shared, locked or a backup"
        )
    return f"{command} (checked, and nothing was found: uses, tags, {', '.join(proof.passed)})"


def _naming(view: View, image: Image) -> str:
    if view.own(image):
        return "run `pulumi up --refresh`: it names the snapshots of this stack's images"
    if image.builder is not None:
        return f"run `pulumi up --refresh` on the stack {beside_commands(image.builder)}, which built the image"
    if view.owns:
        return "run `snapnames name-owned`, and see snapnames:ownedImages if that leaves the image out"
    return "run `pulumi config set snapnames:ownedImages true`, then `snapnames name-owned`"


_FIND: dict[str, Callable[[View], Iterator[Finding]]] = {
    "failed": _failed,
    "missing": _missing,
    "untracked": _untracked,
    "drift": _drift,
    "unnamed": _unnamed,
    "orphans": _orphans,
    "duplicates": _duplicates,
    "shared": _shared,
    "unused": _unused,
}

KINDS = tuple(_FIND)
"""Kinds of findings. The most urgent come first."""
