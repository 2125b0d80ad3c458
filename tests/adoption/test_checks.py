"""What a stack that has taken a group over may change, by what its last update has left."""

import re
from typing import Any

import pytest
from snapnames.errors import InputError
from snapnames.program.adoption import check_adoption

from tests.config.readings import FLEET, GOOD, read

ADOPTING = {**GOOD, "fleet": {"adopt": "web-prod"}}
LEFT: dict[str, Any] = {
    "autoScalingGroup": "web-prod",
    "adoptedGroup": "web-prod",
    "adoptedService": "front-web",
    "live": "1",
}
"""What the last update has left."""


@pytest.mark.parametrize(
    ("config", "before"),
    [
        (ADOPTING, {}),
        (ADOPTING, LEFT),
        (ADOPTING, {key: value for key, value in LEFT.items() if key != "adoptedService"}),
        ({**ADOPTING, "live": "1"}, {**LEFT, "live": "2"}),
        (GOOD, LEFT),
        ({**GOOD, "fleet": FLEET}, {"autoScalingGroup": "front-web-1234567"}),
    ],
)
def test_the_first_update_every_further_one_and_the_leaving_are_allowed(
    config: dict[str, Any], before: dict[str, Any]
) -> None:
    """Also behind an update that did not record the service."""
    check_adoption(read(config), before)


@pytest.mark.parametrize(
    ("config", "before", "words"),
    [
        (ADOPTING, {"autoScalingGroup": "front-web-1234567"}, "which it has made, and which this update would delete"),
        (ADOPTING, {**LEFT, "autoScalingGroup": "batch", "adoptedGroup": "batch"}, "'batch', which it has taken over"),
        ({**GOOD, "fleet": FLEET}, LEFT, "snapnames:fleet.adopt is gone"),
        ({**ADOPTING, "releases": ["3", "2"]}, LEFT, "snapnames:releases does not list '1'"),
        (
            {**ADOPTING, "service": "shop"},
            LEFT,
            "for the service 'front-web': the launch template of that service would",
        ),
    ],
)
def test_what_would_end_a_group_make_a_second_one_or_leave_something_behind_is_refused(
    config: dict[str, Any], before: dict[str, Any], words: str
) -> None:
    """With what to do instead."""
    with pytest.raises(InputError, match=re.escape(words)):
        check_adoption(read(config), before)
