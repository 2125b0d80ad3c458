"""Which of the account's images get their snapshots named."""

from datetime import UTC, datetime, timedelta

import pytest
from snapnames.rules.image_selection import ImageSelection
from snapnames.rules.images import Image

NOW = datetime(2018, 3, 8, tzinfo=UTC)
IMAGE = Image("ami-0a1", "web-1", NOW - timedelta(hours=1), tags={"team": "web", "empty": ""})


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (ImageSelection(), True),
        (ImageSelection(tags=None), True),
        (ImageSelection(tags={}), True),
        (ImageSelection(tags={"empty": ""}), True),
        (ImageSelection(tags={"other": ""}), False),
        (ImageSelection(tags={"team": "web", "empty": "x"}), False),
        (ImageSelection(["ami-0a1"]), False),
        (ImageSelection(["db-*", "web-*"]), True),
        (ImageSelection(["web"]), False),
        (ImageSelection(["web-[0-9]"]), True),
        (ImageSelection(["Web-*"]), False),
        (ImageSelection(exclude=["web-1"]), False),
        (ImageSelection(exclude=["ami-0a1"]), False),
        (ImageSelection(exclude=["ami-0a"]), True),
        (ImageSelection(exclude=["x", "*0a*"]), False),
        (ImageSelection(minimum_age=timedelta(hours=1)), True),
        (ImageSelection(minimum_age=timedelta(hours=1, microseconds=1)), False),
    ],
)
def test_an_image_is_taken_when_every_condition_holds(selection: ImageSelection, *, taken: bool) -> None:
    """One that is left out always does; only what is excluded is looked up by id too."""
    assert selection.takes(IMAGE, NOW) is taken
