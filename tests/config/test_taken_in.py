"""`snapnames:takenIn` of the config: which image of others each release is."""

import pytest

from .readings import GOOD, WRITE_SO, faults, read

IMAGE, OTHER = "ami-0123456789abcdef0", "ami-01234567"


def test_releases_of_others_are_read_by_release_whatever_else_is_listed() -> None:
    """An id of 8 digits is one of 2015 and earlier."""
    config = {**GOOD, "takenIn": {"1": OTHER, "2": IMAGE}}

    assert read(config).taken_in == {"1": OTHER, "2": IMAGE}
    assert read(GOOD).taken_in == {}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (
            {"1": "web-1"},
            (
                "snapnames:takenIn.1 is 'web-1'; it is the id of an image, ami- and 8 or 17 hexadecimal digits: write "
                "the id of the image that others built for this release"
            ),
        ),
        (
            {"3": IMAGE},
            (
                "snapnames:takenIn has '3', which snapnames:releases does not list: list it, or take it out of "
                "takenIn; its image stays either way"
            ),
        ),
        (
            {"2": IMAGE, "1": IMAGE},
            f"snapnames:takenIn gives '2', '1' the same image {IMAGE}; a release has its own: take one out",
        ),
        (
            [IMAGE],
            f"snapnames:takenIn is ['{IMAGE}']; it wants a map of texts: {WRITE_SO}",
        ),
    ],
)
def test_a_fault_of_it_is_told_with_the_others(given: object, fault: str) -> None:
    """Before anything is read from AWS."""
    assert faults({**GOOD, "takenIn": given}) == [fault]


def test_a_release_that_has_two_images_is_a_fault() -> None:
    """As a text in JSON can say it: the last one would count, and nobody has chosen it."""
    (fault,) = faults({**GOOD, "takenIn": f'{{"1": "{OTHER}", "2": "{IMAGE}", "1": "{IMAGE[:-1]}1"}}'})

    assert fault == "snapnames:takenIn has '1' 2 times; a release has one image: list it once, with its id"


def test_a_release_that_is_listed_twice_is_a_fault_also_when_it_was_taken_in() -> None:
    """As any other."""
    (fault,) = faults({**GOOD, "releases": ["2", "1", "1"], "takenIn": {"1": IMAGE}})

    assert fault.startswith("snapnames:releases lists '1' 2 times")
