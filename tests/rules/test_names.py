"""Which image names and patterns are taken, and what is said of those that are not."""

import pytest
from snapnames.errors import InputError
from snapnames.rules.naming import check_image_name, check_pattern, ordered_devices, snapshot_names

ROOT = "/dev/xvda"
TAKEN = "letters, digits, ( ) [ ] space . / - ' @ _"
RULE = "a name pattern has the fields {image}, {index} or {index:03d}, {device}"


@pytest.mark.parametrize("name", ["web", "w" * 128, "Fix (2) [b] ./-'@_"])
def test_an_image_name_that_ec2_takes_is_taken(name: str) -> None:
    """From the shortest to the longest."""
    check_image_name(name, "service")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "image name '' has 0 characters; EC2 wants 3 to 128: set service"),
        ("w", "image name 'w' has 1 character; EC2 wants 3 to 128: set service"),
        ("we", "image name 'we' has 2 characters; EC2 wants 3 to 128: set service"),
        ("w" * 129, f"image name '{'w' * 129}' has 129 characters; EC2 wants 3 to 128: set service"),
        ("aZ0:é(:)", f"image name 'aZ0:é(:)' contains ':' 'é'; EC2 takes {TAKEN}: set service"),
    ],
)
def test_another_image_name_is_told_what_is_wrong_with_it(name: str, message: str) -> None:
    """Its length, or each wrong character once."""
    with pytest.raises(InputError) as refused:
        check_image_name(name, "service")

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("", f"is empty; {RULE} and printable text"),
        ("{image}\t{index}", rf"contains '\t'; {RULE} and printable text"),
        ("{image", f"can't be read (expected '}}' before end of string); {RULE}"),
        ("{{ {release}", f"has the unknown field 'release'; {RULE}"),
        ("{image!r}", f"formats 'image' in a way that is not known; {RULE}"),
        ("{image:3}", f"formats 'image' in a way that is not known; {RULE}"),
        ("{index:x}", f"formats 'index' in a way that is not known; {RULE}"),
        ("{index!s:03d}", f"formats 'index' in a way that is not known; {RULE}"),
    ],
)
def test_a_pattern_that_is_not_of_text_and_the_three_fields_is_told_so(pattern: str, fault: str) -> None:
    """Also where a brace that is text comes first."""
    with pytest.raises(InputError) as refused:
        check_pattern(pattern, "namePattern")

    assert str(refused.value) == f"name pattern {pattern!r} {fault}: set namePattern"


@pytest.mark.parametrize("pattern", ["{{}} {image}", "{index}", "{index:d}", "{index:9d} {device}", "{index:03}"])
def test_a_pattern_may_give_an_index_a_width(pattern: str) -> None:
    """With zeros or without."""
    check_pattern(pattern, "namePattern")


def test_the_shortest_name_is_one_character_and_an_empty_one_is_refused() -> None:
    """Though EC2 takes an empty value, it is no name."""
    assert snapshot_names("web-1", [ROOT], ROOT, "{index}") == {ROOT: "1"}

    with pytest.raises(InputError, match="a name of 0 characters; a tag's value has 1 to 256"):
        snapshot_names("web-1", [""], "", "{device}")


@pytest.mark.parametrize(
    ("devices", "ordered"),
    [(["1sd", "sd"], ["sd", "1sd"]), (["/dev/sdf", "0"], ["0", "/dev/sdf"]), (["b10a", "b9z"], ["b9z", "b10a"])],
)
def test_a_number_in_a_device_name_counts_as_a_number(devices: list[str], ordered: list[str]) -> None:
    """And text as text, also where one begins with a digit and the other does not."""
    assert ordered_devices(devices, "") == ordered
