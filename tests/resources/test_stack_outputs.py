"""The read of the last outputs, while the engine saves the state."""

from collections.abc import Iterator

import pytest
from snapnames.resources.stack_outputs import read_again

UNREAD = "invoke of pulumi:pulumi:readStackOutputs failed: failed to load checkpoint: EOF"


def failing(*errors: str) -> Iterator[dict[str, str]]:
    """One answer for each error, and then the outputs."""
    for error in errors:
        yield {"error": error}
    yield {"live": "2"}


def answered(answers: Iterator[dict[str, str]]) -> dict[str, str]:
    """What the engine answers to one read."""
    answer = next(answers)
    if "error" in answer:
        raise Exception(answer["error"])  # noqa: TRY002 -- as Pulumi raises it
    return answer


def test_outputs_are_read_again_while_the_state_is_being_saved() -> None:
    """A file backend writes its attributes beside the state, and not at once."""
    answers, waits = failing(UNREAD, UNREAD), list[float]()

    assert read_again(lambda: answered(answers), waits.append) == {"live": "2"}
    assert len(waits) == 2


def test_a_state_that_stays_unread_fails_with_the_words_of_the_engine_after_less_than_a_second() -> None:
    """A state that is really broken stays an error."""
    waits = list[float]()

    with pytest.raises(Exception, match="failed to load checkpoint: EOF"):
        read_again(lambda: answered(failing(UNREAD)), waits.append)

    assert 0 < sum(waits) < 1


def test_another_error_is_not_asked_for_again() -> None:
    """No time is lost on what a repetition would not change."""
    answers, waits = failing("permission denied"), list[float]()

    with pytest.raises(Exception, match="permission denied"):
        read_again(lambda: answered(answers), waits.append)

    assert waits == []
