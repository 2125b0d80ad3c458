"""Any mix of faults in any account: what is found is what was planted."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapnames.cli.ledger.findings import findings
from snapnames.cli.ledger.view import View
from snapnames.cli.state.declared import Declared
from snapnames.rules.images import Holdings, Image, Snapshot, Use

pytestmark = pytest.mark.xdist_group("ledger")

STACK = "organization/snapnames/test"
NOW = datetime(2018, 3, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Plant:
    """One release, and what is wrong with it."""

    devices: int
    edited: frozenset[int]
    unnamed: frozenset[int]
    """Devices without a Name; of a release that is declared this is drift."""

    fate: str
    """`whole`, `deregistered`, `untracked`, `pending`; `by hand` (nobody's release), or such a one that is `owned`."""

    used: bool


PLANTS = st.lists(
    st.builds(
        Plant,
        st.integers(1, 4),
        st.frozensets(st.integers(0, 3), max_size=2),
        st.frozensets(st.integers(0, 3), max_size=2),
        st.sampled_from(["whole", "deregistered", "untracked", "pending", "by hand", "owned"]),
        st.booleans(),
    ),
    max_size=12,
)


class Account:
    """What EC2 and the state would say of these plants, and what has to be found."""

    def __init__(self, plants: list[Plant]) -> None:
        """Plant them."""
        self.images: dict[str, Image] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.declared_images: dict[str, str] = {}
        self.declared_names: dict[str, str] = {}
        self.owned_names: dict[str, str] = {}
        self.uses: list[Use] = []
        self.expected: set[tuple[str, str]] = set()
        for number, plant in enumerate(plants):
            self._plant(number, plant)

    def _plant(self, number: int, plant: Plant) -> None:
        image_id, name = f"ami-{number:04x}", f"web-{number}"
        ids = [f"snap-{number:04x}{device}" for device in range(plant.devices)]
        for device, snapshot_id in enumerate(ids):
            self._plant_snapshot(plant, image_id, snapshot_id, device, f"{name}({device + 1:03d})")
        if plant.fate in ("whole", "deregistered"):
            self.declared_images[image_id] = name
        if plant.fate == "deregistered":
            self.expected.add(("missing", image_id))
            return
        self.images[image_id] = Image(
            image_id=image_id,
            name=name,
            state="pending" if plant.fate == "pending" else "available",
            created=NOW,
            root_device="/dev/sda",
            snapshots={f"/dev/sd{'abcd'[device]}": one for device, one in enumerate(ids)},
            tags={} if plant.fate in ("by hand", "owned") else {"snapnames:stack": STACK, "snapnames:service": "web"},
        )
        if plant.used:
            self.uses.append(Use(image_id, "instance", f"i-{number:04x}"))
        elif plant.fate in ("whole", "by hand", "owned"):
            self.expected.add(("unused", image_id))
        if plant.fate == "untracked":
            self.expected.add(("untracked", image_id))

    def _plant_snapshot(self, plant: Plant, image_id: str, snapshot_id: str, device: int, wanted: str) -> None:
        live = f"edited {snapshot_id}" if device in plant.edited else None if device in plant.unnamed else wanted
        self.snapshots[snapshot_id] = Snapshot(
            snapshot_id, {} if live is None else {"Name": live}, size=8, started=NOW, made_for=image_id
        )
        if plant.fate in ("whole", "deregistered"):
            self.declared_names[snapshot_id] = wanted
            if live != wanted:
                self.expected.add(("drift", snapshot_id))
        if plant.fate == "deregistered":
            self.expected.add(("orphans", snapshot_id))
        if plant.fate == "owned":
            self.owned_names[snapshot_id] = wanted
            if live is None:  # a person's name stays
                self.expected.add(("drift", snapshot_id))
        if plant.fate == "by hand" and live is None:
            self.expected.add(("unnamed", snapshot_id))

    def view(self) -> View:
        """What the ledger of the account is made of."""
        declared = Declared(stack=STACK, images=self.declared_images, names=self.declared_names, owned=self.owned_names)
        return View(
            Holdings(self.images, self.snapshots),
            declared,
            tuple(self.uses),
            account=True,
            service="web",
            patterns=("{image}({index:03d})",),
        )


def found(view: View) -> list[tuple[str, str]]:
    """Kind and subject of each finding: a snapshot where it is about one, else an image."""
    by_snapshot = {"drift", "unnamed", "orphans"}
    return [(one.kind, one.snapshot_ids[0] if one.kind in by_snapshot else str(one.image_id)) for one in findings(view)]


@settings(deadline=None)
@given(PLANTS)
def test_what_is_found_is_what_was_planted(plants: list[Plant]) -> None:
    """Each exactly once, in any account of any releases."""
    account = Account(plants)

    seen = found(account.view())

    assert len(seen) == len(set(seen))
    assert set(seen) == account.expected


@settings(deadline=None)
@given(PLANTS)
def test_a_stack_sees_of_an_account_what_is_its_own(plants: list[Plant]) -> None:
    """All but the images that somebody made by hand, and that it does not name."""
    account = Account(plants)
    by_hand = {
        image.image_id
        for image in account.images.values()
        if image.builder is None and not account.owned_names.keys() & set(image.snapshots.values())
    }
    theirs = by_hand | {one for image_id in by_hand for one in account.images[image_id].snapshots.values()}

    seen = found(replace(account.view(), account=False))

    assert set(seen) == {(kind, subject) for kind, subject in account.expected if subject not in theirs}
