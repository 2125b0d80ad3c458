"""What is said of updates that write the whole state for each name."""

import pytest
from snapnames.rules.state_writes import MANY, NO_CHECKPOINTS, slow_update


def test_many_names_in_a_file_or_a_bucket_are_said_to_take_long_and_the_faster_command_is_named() -> None:
    """Pulumi calls the organization of such a stack `organization`."""
    said = slow_update(MANY, "organization", {"PATH": "/bin"})

    assert said.startswith(f"{MANY} names are new in this stack. Its state is in a file or a bucket")
    assert "`snapnames name-owned`" in said


@pytest.mark.parametrize(
    ("new_names", "organization", "environment"),
    [(MANY - 1, "organization", {}), (MANY, "acme", {}), (MANY, "organization", NO_CHECKPOINTS)],
)
def test_nothing_is_said_of_few_names_of_pulumi_cloud_and_of_a_state_that_is_written_once(
    new_names: int, organization: str, environment: dict[str, str]
) -> None:
    """There the time grows with the number of names."""
    assert slow_update(new_names, organization, environment) == ""
