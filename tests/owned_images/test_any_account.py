"""The rules of names over anything that an account may hold, and any record of it."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from snapnames.rules.images import Image
from snapnames.rules.naming import DEFAULT_PATTERN, snapshot_names
from snapnames.rules.owned_names import DeclaredName, Record

from tests.owned_images.accounts import PREVIOUS, ROOT
from tests.owned_images.decisions import OTHER, OWN, decided, image

UNTIMED = settings(deadline=None, max_examples=300)
SNAPSHOTS = [f"snap-{number}" for number in range(6)]
DEVICES = st.sampled_from([ROOT, "/dev/sdf", "/dev/sdf10", "/dev/sdf9", "/dev/xvda"])
NAMES = st.sampled_from(["", "a(001)", "b(001)", "a:/dev/sda1", "by hand", "too"])


@st.composite
def images_of_an_account(draw: st.DrawFn) -> list[Image]:
    """Up to five images, some released, that share snapshots."""
    return [
        image(
            name,
            draw(st.dictionaries(DEVICES, st.sampled_from(SNAPSHOTS), max_size=4)),
            draw(st.integers(0, 3)),
            draw(st.sampled_from([None, None, OWN, OTHER])),
            copied=draw(st.booleans()),
        )
        for name in draw(st.lists(st.sampled_from("abcde"), unique=True))
    ]


TAGS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(SNAPSHOTS, st.fixed_dictionaries({}, optional={"Name": NAMES, PREVIOUS: NAMES}))
)
"""A snapshot that is left out is gone."""

RECORDS = st.builds(
    Record,
    st.fixed_dictionaries({}, optional=dict.fromkeys(SNAPSHOTS, NAMES)),
    st.frozensets(st.sampled_from(SNAPSHOTS)),
)
PATTERNS = st.sampled_from([DEFAULT_PATTERN, "{image}:{device}"])


@UNTIMED
@given(images_of_an_account(), TAGS, RECORDS, PATTERNS, st.booleans())
def test_no_name_that_is_not_ours_is_declared_over_unless_it_is_kept_as_the_previous_one(
    images: list[Image],
    tags: dict[str, dict[str, str]],
    record: Record,
    pattern: str,
    overwrite: bool,  # noqa: FBT001 -- drawn
) -> None:
    """And only with `overwrite`, and never when it was named here before; a previous name that is there stays."""
    found = decided(images, tags, record, pattern=pattern, overwrite=overwrite)

    for snapshot, declared in found.declared.items():
        live, previous = tags[snapshot].get("Name", ""), tags[snapshot].get(PREVIOUS)
        if live not in ("", declared.name, record.names.get(snapshot)):
            assert overwrite
            assert declared.previous == live
            assert snapshot not in record.names
            assert snapshot not in record.renamed
        assert previous in (None, declared.previous)


@UNTIMED
@given(images_of_an_account(), TAGS, RECORDS, PATTERNS, st.booleans())
def test_every_snapshot_behind_an_image_is_accounted_for_once(
    images: list[Image],
    tags: dict[str, dict[str, str]],
    record: Record,
    pattern: str,
    overwrite: bool,  # noqa: FBT001 -- drawn
) -> None:
    """Declared, kept, skipped, or named by this stack's releases; and labels are never given twice."""
    found = decided(images, tags, record, pattern=pattern, overwrite=overwrite)

    behind = {snapshot for one in images for snapshot in one.snapshots.values()}
    released = {s for one in images if one.builder == OWN for s in one.snapshots.values()} - set(found.skipped)
    assert Counter([*found.declared, *found.kept, *found.skipped, *released]) == Counter(behind)
    labels = [declared.label for declared in found.declared.values()]
    assert sorted(set(labels)) == sorted(labels)
    assert set(found.renamed) <= set(found.kept)
    assert {snapshot: tags[snapshot].get("Name") for snapshot in found.kept} == {
        snapshot: kept["name"] for snapshot, kept in found.kept.items()
    }


@UNTIMED
@given(images_of_an_account(), PATTERNS)
def test_the_name_is_that_of_the_place_in_the_oldest_image(images: list[Image], pattern: str) -> None:
    """In an account without a name, whatever else is shared."""
    found = decided(images, pattern=pattern)

    by_age = sorted(images, key=lambda one: (one.created, one.image_id))
    for snapshot, declared in found.declared.items():
        oldest = next(one for one in by_age if snapshot in one.snapshots.values())
        names = snapshot_names(oldest.name, oldest.snapshots, ROOT, pattern)
        first = next(device for device in names if oldest.snapshots[device] == snapshot)
        others = {one.name for one in by_age if snapshot in one.snapshots.values()} - {oldest.name}
        assert declared == DeclaredName(f"{oldest.name}:{first}", names[first], None)
        assert set(found.shared.get(snapshot, {"others": ()})["others"]) == others


@UNTIMED
@given(images_of_an_account(), TAGS, RECORDS, PATTERNS, st.booleans())
def test_once_the_names_are_given_nothing_is_left_to_do(
    images: list[Image],
    tags: dict[str, dict[str, str]],
    record: Record,
    pattern: str,
    overwrite: bool,  # noqa: FBT001 -- drawn
) -> None:
    """The next run declares the same; a kill at any point between previous names and names changes nothing of that."""
    found = decided(images, tags, record, pattern=pattern, overwrite=overwrite)
    previous = {s: {PREVIOUS: declared.previous} for s, declared in found.declared.items() if declared.previous}
    names = {s: {"Name": declared.name} for s, declared in found.declared.items()}
    between = {s: {**had, **previous.get(s, {})} for s, had in tags.items()}
    after = {s: {**had, **names.get(s, {})} for s, had in between.items()}
    recorded = Record({s: declared.name for s, declared in found.declared.items()}, frozenset(found.renamed))

    resumed = decided(images, between, record, pattern=pattern, overwrite=overwrite)
    again = decided(images, after, recorded, pattern=pattern, overwrite=overwrite)

    assert resumed.declared == found.declared
    assert again.declared == found.declared
    assert (again.kept, again.renamed, again.unnamed_since) == (found.kept, found.renamed, [])
