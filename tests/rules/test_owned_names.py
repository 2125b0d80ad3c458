"""Whose name a snapshot has, and what becomes of it."""

from dataclasses import replace

import pytest
from snapnames.rules.owned_names import DeclaredName, OwnedNames, Record

from tests.owned_images.accounts import PREVIOUS, ROOT
from tests.owned_images.decisions import decided, image

LABEL = f"web-1:{ROOT}"
OURS = "web-1(001)"


def of(tags: dict[str, str], record: Record | None = None, *, overwrite: bool = False) -> OwnedNames:
    """What becomes of the snapshot behind `web-1` that has these tags."""
    return decided([image("web-1", {ROOT: "snap-1"})], {"snap-1": tags}, record, overwrite=overwrite)


def kept(name: str, why: str, *, renamed: bool) -> OwnedNames:
    """It keeps its name."""
    told = {"name": name, "wanted": OURS, "why": why}
    return OwnedNames(kept={"snap-1": told}, renamed=["snap-1"] if renamed else [])


def declared(previous: str | None = None) -> OwnedNames:
    """It gets ours."""
    return OwnedNames(declared={"snap-1": DeclaredName(LABEL, OURS, previous)})


@pytest.mark.parametrize("output", [None, "text", ["snap-1"], 7])
def test_before_the_first_update_nothing_is_recorded(output: object) -> None:
    """Nor by an output of that name which another program exports."""
    assert Record.of(output) == Record({}, frozenset(), removes=False)


def test_a_record_is_read_as_it_was_written() -> None:
    """What it leaves out is nothing."""
    written = {"names": {"snap-1": OURS}, "renamed": ["snap-2"], "removes": True, "kept": {}, "shared": {}}

    assert Record.of(written) == Record({"snap-1": OURS}, frozenset(["snap-2"]), removes=True)
    assert Record.of({}) == Record({}, frozenset(), removes=False)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("tags", [{}, {"Name": ""}, {"Name": OURS}, {"team": "web"}])
def test_a_snapshot_without_a_name_or_with_ours_gets_ours(tags: dict[str, str], *, overwrite: bool) -> None:
    """Nothing is lost by that."""
    assert of(tags, overwrite=overwrite) == declared()


def test_a_snapshot_that_is_gone_is_skipped() -> None:
    """Or another account's, of which EC2 tells no tags."""
    found = decided([image("web-1", {ROOT: "snap-1"})], {})

    assert found == OwnedNames(skipped={"snap-1": "it is gone, or another account owns it"})


def test_a_name_that_was_there_stays_or_is_written_down_before_it_is_replaced() -> None:
    """As it was asked for."""
    assert of({"Name": "theirs"}) == kept("theirs", "it had a name already", renamed=False)
    assert of({"Name": "theirs"}, overwrite=True) == declared(previous="theirs")


def test_a_previous_name_stays_written_down() -> None:
    """While ours is there, when it was taken away, and where the replacement was cut off in between."""
    for name in (OURS, "", "theirs"):
        assert of({"Name": name, PREVIOUS: "theirs"}, overwrite=True) == declared(previous="theirs")


def test_a_second_name_of_a_person_is_not_written_over_the_first() -> None:
    """There is one tag for it."""
    found = of({"Name": "second", PREVIOUS: "first"}, overwrite=True)

    assert found == kept("second", f"its tag {PREVIOUS} holds another name already", renamed=False)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    "record", [Record({"snap-1": OURS}), Record({"snap-1": "old(001)"}), Record({}, frozenset(["snap-1"]))]
)
def test_a_name_that_a_person_gave_after_ours_stays_for_good(record: Record, *, overwrite: bool) -> None:
    """Also when names are overwritten, and when it was seen at an update before."""
    found = of({"Name": "by hand"}, record, overwrite=overwrite)

    assert found == kept("by hand", "it was renamed since it was named here", renamed=True)


@pytest.mark.parametrize("overwrite", [False, True])
def test_our_own_earlier_name_is_replaced_and_is_no_previous_name(*, overwrite: bool) -> None:
    """As when the pattern has changed. Another snapshot's record does not count."""
    assert of({"Name": "old(001)"}, Record({"snap-1": "old(001)"}), overwrite=overwrite) == declared()
    assert of({"Name": "old(001)"}, Record({"snap-2": "old(001)"})) == kept(
        "old(001)", "it had a name already", renamed=False
    )


def test_a_name_of_ours_that_was_taken_away_is_told_and_given_again() -> None:
    """Not one that has it, and not one that never had."""
    taken = of({}, Record({"snap-1": OURS}))

    assert taken == OwnedNames(declared=declared().declared, unnamed_since=["snap-1"])
    assert of({"Name": OURS}, Record({"snap-1": OURS})) == declared()
    assert of({}, Record({"snap-2": OURS})) == declared()


def test_a_snapshot_of_an_image_that_is_still_made_is_not_named_yet() -> None:
    """The image may not show all its snapshots, so their order is not known."""
    pending = replace(image("web-1", {ROOT: "snap-1"}), state="pending")

    assert decided([pending]) == OwnedNames()


def test_the_root_comes_first_whatever_it_is_called() -> None:
    """The index counts from it."""
    found = decided([image("web-1", {"/dev/sda0": "snap-0", ROOT: "snap-1"})])

    assert found.declared == {
        "snap-1": DeclaredName(LABEL, OURS, None),
        "snap-0": DeclaredName("web-1:/dev/sda0", "web-1(002)", None),
    }
