"""An image that bears the name of a copy, and that the state does not have: what the program advises."""

from datetime import UTC, datetime

import pytest
from snapnames.errors import InputError
from snapnames.program.copies import Copies
from snapnames.rules.copies import RegionImages
from snapnames.rules.images import STACK_TAG, Image

from tests.config.readings import GOOD, read

from .regions import WEST

MADE = datetime(2018, 3, 7, tzinfo=UTC)
MARKED = {STACK_TAG: "organization/project/stack"}


@pytest.mark.parametrize(
    ("image", "advice"),
    [
        (
            Image("ami-1", "front-web-1", MADE, copied=True, tags=MARKED),
            "it bears the mark of this stack: run `snapnames",
        ),
        (Image("ami-1", "front-web-1", MADE), "else look at the image, and deregister it or take the region out"),
        (
            Image("ami-1", "front-web-1", MADE, copied=True, tags=MARKED, state="disabled"),
            f"run `aws ec2 enable-image --region {WEST} --image-id ami-1`, and `snapnames recover`",
        ),
    ],
)
def test_the_advice_follows_from_what_the_image_is(image: Image, advice: str) -> None:
    """A copy that was disabled by hand and refreshed away can't be taken in before it is enabled."""
    settings = read({**GOOD, "releases": ["1"], "copies": {WEST: {}}})

    with pytest.raises(InputError) as refused:
        Copies(settings, "ap-northeast-2", (), {WEST: RegionImages((image,))}).refuse_taken()

    assert f"snapnames:copies lists {WEST}, where ami-1 has the name 'front-web-1'" in str(refused.value)
    assert advice in str(refused.value)
