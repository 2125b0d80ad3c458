"""`snapnames:ownedImages`: what is taken, and a message for whatever is not."""

from collections.abc import Callable

import pytest
from snapnames.testing.localaws.server import LocalAws

from tests.account import writes
from tests.config.readings import WRITE_SO, faults, read
from tests.owned_images.accounts import TWO, Account
from tests.program import Program

Make = Callable[..., Program]
PATH = "snapnames:ownedImages"
KEYS = "names, tags, exclude, overwrite, removeNamesOnDestroy, minimumAge, namesPerSecond"
SPAN = "it is hours, minutes, seconds as in 6h or 1h30m, each at most 99999: write it so"
RATE = "it is a number more than 0, and EC2 takes 10 of most accounts: set it so"


@pytest.mark.parametrize(
    ("given", "args"),
    [
        (False, None),
        ("false", None),
        (True, {}),
        ("true", {}),
        ({}, {}),
        ({"names": []}, {"names": []}),
        ({"names": ["web-*"], "exclude": ["*-x"]}, {"names": ["web-*"], "exclude": ["*-x"]}),
        ({"tags": {"team": ""}}, {"tags": {"team": ""}}),
        ({"minimumAge": "1h30m"}, {"minimum_age_seconds": 5400.0}),
        ({"overwrite": False, "removeNamesOnDestroy": True}, {"overwrite": False, "remove_names_on_destroy": True}),
        ({"namesPerSecond": 3}, {"names_per_second": 3.0}),
    ],
)
def test_owned_images_are_switched_on_with_true_or_with_settings(given: object, args: object) -> None:
    """Beside a release; without the key they are off."""
    release = {"service": "web", "releases": ["1"], "source": "i-01234567"}

    assert read({**release, "ownedImages": given}).owned_images == args
    assert read(release).owned_images is None


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        ("yes", [f"{PATH} is 'yes'; it is true, false, or a map with the keys {KEYS}: write one of these"]),
        (["web-*"], [f"{PATH} is ['web-*']; it is true, false, or a map with the keys {KEYS}: write one of these"]),
        (1, [f"{PATH} is 1; it is true, false, or a map with the keys {KEYS}: write one of these"]),
        (
            {"name": ["web-*"]},
            [f"{PATH}.name is not a key that snapnames knows; the nearest is {PATH}.names: rename it, or remove it"],
        ),
        ({"names": "web-*"}, [f"{PATH}.names is 'web-*'; it wants a list of texts: {WRITE_SO}"]),
        ({"names": [""]}, [f"{PATH}.names is ['']; it wants a list of texts: {WRITE_SO}"]),
        ({"exclude": [1]}, [f"{PATH}.exclude is [1]; it wants a list of texts: {WRITE_SO}"]),
        ({"tags": ["team"]}, [f"{PATH}.tags is ['team']; it wants a map of texts: {WRITE_SO}"]),
        ({"tags": {"team": 1}}, [f"{PATH}.tags is {{'team': 1}}; it wants a map of texts: {WRITE_SO}"]),
        ({"minimumAge": "a day"}, [f"{PATH}.minimumAge is 'a day'; {SPAN}"]),
        ({"minimumAge": 24}, [f"{PATH}.minimumAge is 24; {SPAN}"]),
        ({"overwrite": "yes"}, [f"{PATH}.overwrite is 'yes'; it wants true or false: {WRITE_SO}"]),
        ({"removeNamesOnDestroy": 1}, [f"{PATH}.removeNamesOnDestroy is 1; it wants true or false: {WRITE_SO}"]),
        ({"namesPerSecond": 0}, [f"{PATH}.namesPerSecond is 0; {RATE}"]),
        ({"namesPerSecond": True}, [f"{PATH}.namesPerSecond is True; {RATE}"]),
        ({"namesPerSecond": "fast"}, [f"{PATH}.namesPerSecond is 'fast'; {RATE}"]),
        (
            {"names": 1, "minimumAge": ""},
            [f"{PATH}.names is 1; it wants a list of texts: {WRITE_SO}", f"{PATH}.minimumAge is ''; {SPAN}"],
        ),
    ],
)
def test_whatever_else_is_refused_with_a_line_for_each_fault(given: object, lines: list[str]) -> None:
    """Value, rule and what to do."""
    assert faults({"ownedImages": given}) == lines


def test_a_stack_of_owned_images_alone_needs_no_other_key() -> None:
    """But one of the releases' keys asks for the others too, and the pattern is checked in any case."""
    alone = read({"ownedImages": True, "namePattern": "{image}:{device}"})

    assert (alone.releases, alone.source, alone.owned_images) == ((), "", {})
    assert alone.name_pattern == "{image}:{device}"
    assert [line.partition(" is ")[0] for line in faults({"ownedImages": True, "service": "web"})] == [
        "snapnames:releases",
        "snapnames:source",
    ]
    assert [line.partition("; ")[0] for line in faults({"ownedImages": True, "namePattern": "{name}"})] == [
        "name pattern '{name}' has the unknown field 'name'"
    ]


def test_the_pattern_of_the_config_is_that_of_owned_images_too(account: Account, program: Make) -> None:
    """A stack of theirs alone exports nothing else."""
    account.image("web-1", TWO)
    stack = program({"ownedImages": True, "namePattern": "{index} {device} of {image}"})

    stack.up("--skip-preview")

    assert account.names() == {
        "web-1:/dev/sda1": "1 /dev/sda1 of web-1",
        "web-1:/dev/sdf": "2 /dev/sdf of web-1",
    }
    assert list(stack.outputs()) == ["ownedImages"]


def test_a_pattern_that_gives_two_snapshots_of_an_image_one_name_fails_the_preview(
    aws: LocalAws, account: Account, program: Make
) -> None:
    """The message names the image; nothing is written."""
    account.image("web-1", TWO)
    stack = program({"ownedImages": True, "namePattern": "{image}"})
    mark = aws.mark()

    refused = stack.preview(code=1).out

    assert (
        "error: name pattern '{image}' gives /dev/sda1, /dev/sdf of image 'web-1' the same name 'web-1'; each snapshot "
        "of an image needs its own: put {index} or {device} into the pattern"
    ) in refused
    assert "Traceback" not in refused
    assert writes(aws, mark) == []
