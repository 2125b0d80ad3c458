"""A group that something else manages is known by the tags that this puts on it."""

import pytest
from snapnames.rules.images import STACK_TAG
from snapnames.rules.owners import OWNERS, owners_of

STACK = "organization/snapnames/test"


@pytest.mark.parametrize("key", OWNERS)
def test_each_owner_is_told_by_its_tag_and_its_name(key: str) -> None:
    """Other tags say nothing."""
    [(by, owner)] = owners_of({"Name": "web", "team": "web", key: "shop"}, STACK)

    assert by == key
    assert owner.endswith(" 'shop'")


def test_a_group_of_the_stack_itself_and_one_without_such_tags_have_no_other_owner() -> None:
    """An instance refresh of the cluster autoscaler's or of ECS's scaling owns nothing that a group launches from."""
    assert owners_of({STACK_TAG: STACK}, STACK) == []
    assert owners_of({"k8s.io/cluster-autoscaler/enabled": "true", "AmazonECSManaged": ""}, STACK) == []
