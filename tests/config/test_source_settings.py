"""`snapnames:source`: an id, tags, or the stack's own fleet."""

import pytest

from .readings import FLEET, GOOD, faults, read


@pytest.mark.parametrize("source", ["i-0123456789abcdef0", {"role": "web"}, "fleet"])
def test_a_source_is_an_id_or_tags_or_the_fleet(source: str | dict[str, str]) -> None:
    """Each is taken as it is."""
    assert read({**GOOD, "source": source, "fleet": FLEET}).source == source


def test_the_fleet_is_no_source_of_a_stack_without_one() -> None:
    """The error says both ways out."""
    [fault] = faults({**GOOD, "source": "fleet"})

    assert fault == (
        "snapnames:source is 'fleet', and the stack has no fleet, which launches its instances: set snapnames:fleet, "
        "or give an instance id or tags"
    )
