"""What a snapshot is called: plain functions, over examples and over anything."""

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapnames import InputError
from snapnames.rules import naming
from snapnames.rules.naming import DEFAULT_PATTERN, check_image_name, check_pattern, ordered_devices, snapshot_names

ROOT = "/dev/xvda"
UNTIMED = settings(deadline=None)
DEVICES = st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=8, unique=True)
PATTERNS = st.lists(
    st.sampled_from(["{image}", "{index}", "{index:d}", "{index:03d}", "{device}", "{{", "}}", " ", "x", "é"]),
    min_size=1,
).map("".join)


@pytest.mark.parametrize(
    ("devices", "ordered"),
    [
        (["/dev/sdf", "/dev/xvda", "/dev/sdb"], ["/dev/xvda", "/dev/sdb", "/dev/sdf"]),
        (["/dev/sdf10", "/dev/sdf9", "/dev/sdf", "/dev/xvda"], ["/dev/xvda", "/dev/sdf", "/dev/sdf9", "/dev/sdf10"]),
        (["xvdb", "/dev/xvda", "/dev/xvdb"], ["/dev/xvda", "/dev/xvdb", "xvdb"]),
        (["²", "/dev/sd1", "/dev/sd01"], ["/dev/sd01", "/dev/sd1", "²"]),
        ([], []),
    ],
)
def test_devices_come_root_first_then_in_natural_order(devices: list[str], ordered: list[str]) -> None:
    """9 before 10; a root that is not among them changes nothing."""
    assert ordered_devices(devices, ROOT) == ordered


@UNTIMED
@given(DEVICES, st.data())
def test_the_order_does_not_depend_on_the_order_in_which_ec2_answers(devices: list[str], data: st.DataObject) -> None:
    """Whatever devices are called, the root is first and none is lost."""
    root = data.draw(st.sampled_from(devices))
    shuffled = data.draw(st.permutations(devices))

    ordered = ordered_devices(shuffled, root)

    assert ordered == ordered_devices(devices, root)
    assert ordered[0] == root
    assert sorted(ordered) == sorted(devices)


def test_names_count_from_one_in_the_order_of_the_devices() -> None:
    """The default pattern, with more devices than one digit counts."""
    devices = [f"/dev/sdf{number}" for number in range(1, 12)]

    named = snapshot_names("front-web-1", devices[::-1], "/dev/sdf3", DEFAULT_PATTERN)

    assert list(named.items())[:3] == [
        ("/dev/sdf3", "front-web-1(001)"),
        ("/dev/sdf1", "front-web-1(002)"),
        ("/dev/sdf2", "front-web-1(003)"),
    ]
    assert list(named.items())[-1] == ("/dev/sdf11", "front-web-1(011)")


def test_a_pattern_may_have_its_fields_in_any_order_and_braces() -> None:
    """Doubled braces are braces."""
    named = snapshot_names("web-1", ["/dev/sdf", ROOT], ROOT, "{{{device}}} of {image}, {index}")

    assert named == {ROOT: "{/dev/xvda} of web-1, 1", "/dev/sdf": "{/dev/sdf} of web-1, 2"}


def test_no_devices_have_no_names() -> None:
    """An image of no EBS volume is the component's concern."""
    assert snapshot_names("web-1", [], ROOT, DEFAULT_PATTERN) == {}


def test_two_snapshots_of_one_name_are_refused() -> None:
    """The message names the devices; with one volume the same pattern is good."""
    assert snapshot_names("web-1", [ROOT], ROOT, "{image}") == {ROOT: "web-1"}

    with pytest.raises(InputError) as refused:
        snapshot_names("web-1", ["/dev/sdf", ROOT], ROOT, "{image}")

    assert str(refused.value) == (
        "name pattern '{image}' gives /dev/xvda, /dev/sdf of image 'web-1' the same name 'web-1'; each snapshot of an "
        "image needs its own: put {index} or {device} into the pattern"
    )


def test_a_name_has_at_most_256_characters() -> None:
    """256 is good, 257 is not."""
    assert snapshot_names("web-1", [ROOT], ROOT, "é" * 247 + "{device}") == {ROOT: "é" * 247 + ROOT}

    with pytest.raises(InputError) as refused:
        snapshot_names("web-1", [ROOT], ROOT, "é" * 248 + "{device}")

    assert str(refused.value) == (
        f"name pattern '{'é' * 248}{{device}}' gives the snapshot of /dev/xvda of image 'web-1' a name of 257 "
        "characters; a tag's value has 1 to 256: set a pattern of another length"
    )


@UNTIMED
@given(DEVICES, PATTERNS)
def test_each_snapshot_gets_a_name_of_its_own_that_ec2_takes_or_none_does(devices: list[str], pattern: str) -> None:
    """Whatever the devices and the pattern: an `InputError`, or as many names as devices."""
    check_pattern(pattern, "namePattern")

    try:
        named = snapshot_names("web-1", devices, devices[0], pattern)
    except InputError:
        assert "{index" not in pattern or len(pattern) * 20 > 256
    else:
        assert list(named) == ordered_devices(devices, devices[0])
        assert len(set(named.values())) == len(devices)
        assert {name for name in named.values() if not 1 <= len(name) <= 256} == set()


@UNTIMED
@given(st.text())
def test_a_pattern_that_passes_its_check_names_two_snapshots_or_is_refused(pattern: str) -> None:
    """No exception but `InputError`, from the check or from the naming."""
    try:
        check_pattern(pattern, "namePattern")
        named = snapshot_names("web-1", [ROOT, "/dev/sdf"], ROOT, pattern)
    except InputError as refused:
        assert str(refused).isprintable()  # noqa: PT017 -- refused or not, both are good
    else:
        assert list(named) == [ROOT, "/dev/sdf"]


@pytest.mark.parametrize("name", ["abc", "x" * 128, "aZ9()[] ./-'@_"])
def test_an_image_name_of_ec2s_characters_is_taken(name: str) -> None:
    """The shortest, the longest, and every sort of character."""
    check_image_name(name, "image_name")


@pytest.mark.parametrize(("name", "size"), [("", "0 characters"), ("w", "1 character"), ("w-", "2 characters")])
def test_an_image_name_that_is_too_short_is_told_its_size(name: str, size: str) -> None:
    """And the setting that it comes from."""
    with pytest.raises(InputError) as refused:
        check_image_name(name, "image_name")

    assert str(refused.value) == f"image name {name!r} has {size}; EC2 wants 3 to 128: set image_name"


@UNTIMED
@given(st.text(max_size=130))
def test_an_image_name_is_taken_exactly_when_ec2_takes_it(name: str) -> None:
    """3 to 128 characters of the API reference."""
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()[] ./-'@_")
    good = 3 <= len(name) <= 128 and set(name) <= allowed

    try:
        check_image_name(name, "image_name")
    except InputError:
        assert not good
    else:
        assert good


def test_the_examples_in_the_docstrings_are_there() -> None:
    """The doctests of the module run with all tests; here only that there are some."""
    found = {test.name: len(test.examples) for test in doctest.DocTestFinder().find(naming) if test.examples}

    assert found == {
        "snapnames.rules.naming.fits_pattern": 2,
        "snapnames.rules.naming.ordered_devices": 1,
        "snapnames.rules.naming.snapshot_names": 1,
    }
