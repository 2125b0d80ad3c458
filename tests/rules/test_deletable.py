"""When a delete may be advised, and which tags speak against it."""

import pytest
from snapnames.rules.deletable import Proof, kept_by_tags

OWN, OTHER = "organization/web/test", "organization/web/other"


@pytest.mark.parametrize(
    ("proof", "safe"),
    [
        (Proof(), False),
        (Proof(passed=("sharing",)), True),
        (Proof(held=("it is locked",), passed=("sharing",)), False),
        (Proof(unread=("DescribeLockedSnapshots",), passed=("sharing",)), False),
    ],
    ids=str,
)
def test_only_what_every_read_has_found_free_is_safe_to_delete(proof: Proof, *, safe: bool) -> None:
    """What was not read at all is not."""
    assert proof.safe is safe


@pytest.mark.parametrize("key", ["aws:backup:source-resource", "aws:dlm:lifecycle-policy-id", "dlm:managed"])
def test_a_backup_of_another_tool_is_kept(key: str) -> None:
    """Whatever the value says: that tool deletes it."""
    assert kept_by_tags({key: "false"}) == [f"the tag {key} says that it is a backup of another tool"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("keep", ""),
        ("Retain", "7y"),
        ("Do-Not-Delete", "true"),
        ("do_not delete", "x"),
        ("protected", "yes"),
        ("policy", "Keep"),
        ("note", "DO NOT DELETE"),
        ("LegalHold", "2018"),
        ("retention", "7y"),
    ],
)
def test_a_tag_that_says_keep_keeps(key: str, value: str) -> None:
    """By its key, however that is written, or by its value."""
    assert kept_by_tags({key: value}) == [f"the tag {key}={value} says to keep it"]


@pytest.mark.parametrize(
    ("key", "value"), [("keep", "false"), ("Protected", "No"), ("retain", "0"), ("team", "keepers"), ("housekeep", "1")]
)
def test_a_tag_that_says_no_or_another_word_keeps_nothing(key: str, value: str) -> None:
    """Half a word is no word."""
    assert kept_by_tags({key: value}) == []


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (OWN, []),
        (OTHER, [f"it bears the mark of the stack {OWN}: drop it there"]),
        (None, [f"it bears the mark of the stack {OWN}: drop it there"]),
    ],
)
def test_what_another_stack_has_marked_is_that_stack_s(own: str | None, said: list[str]) -> None:
    """Without a stack of one's own, each mark is another's."""
    assert kept_by_tags({"snapnames:stack": OWN, "team": "web"}, own) == said


def test_each_tag_that_speaks_against_a_delete_is_told() -> None:
    """Not only the first."""
    assert len(kept_by_tags({"dlm:managed": "true", "team": "web", "keep": "true"})) == 2
