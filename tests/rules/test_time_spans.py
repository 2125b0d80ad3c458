"""How long a time span is, and on which day an image becomes deprecated."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapnames.rules.time_spans import deprecation_time, seconds_of


@pytest.mark.parametrize(
    ("span", "seconds"),
    [("1s", 1), ("90m", 5400), ("6h", 21600), ("1h30m5s", 5405), ("1h1h", 7200), ("99999h", 359996400), ("", 0)],
)
def test_a_time_span_is_the_sum_of_its_parts(span: str, seconds: float) -> None:
    """As Go reads it; nothing is no time."""
    assert seconds_of(span) == seconds


@pytest.mark.parametrize(
    ("after", "deprecated"),
    [
        ("0s", "2018-03-08"),
        ("47m52s", "2018-03-08"),
        ("47m53s", "2018-03-09"),
        ("24h", "2018-03-09"),
        ("48h", "2018-03-10"),
    ],
)
def test_an_image_is_deprecated_at_the_end_of_the_day_in_which_its_time_is_over(after: str, deprecated: str) -> None:
    """A plan that was saved a while before still says the same."""
    built = datetime(2018, 3, 7, 23, 12, 7, tzinfo=UTC)

    assert deprecation_time(after, built) == f"{deprecated}T00:00:00Z"


@given(st.integers(0, 5_000_000_000), st.integers(0, 99999))
def test_no_image_is_deprecated_before_its_time_nor_more_than_a_day_after_it(time: int, hours: int) -> None:
    """Whenever it is built."""
    built = datetime.fromtimestamp(time, UTC)
    over = built + timedelta(hours=hours)

    deprecated = datetime.fromisoformat(deprecation_time(f"{hours}h", built))

    assert over < deprecated <= over + timedelta(days=1)
