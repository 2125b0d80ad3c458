"""Which tags EC2 takes on an image, and which are snapnames' own."""

import pytest
from snapnames.errors import InputError
from snapnames.rules.tags import MAX_TAGS, check_image_tags


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {f"tag-{number}": "" for number in range(MAX_TAGS)},
        {"k": "v" * 256, "K" * 128: ""},
        {"name": "x", "Names": "x", "snapnames": "x", "my:snapnames:stack": "x", "awsome": "x", "é ": "ü"},
    ],
)
def test_what_ec2_takes_is_taken(tags: dict[str, str]) -> None:
    """To the last tag and character; case matters, and a prefix is a prefix."""
    check_image_tags(tags, "imageTags")


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (
            {f"tag-{number}": "" for number in range(48)},
            "imageTags has 48 tags; EC2 takes 50 a resource and 3 are snapnames' own: leave at most 47",
        ),
        ({"": "x"}, "tag '' in imageTags has a key of 0 characters; EC2 wants 1 to 128: rename it"),
        (
            {"k" * 129: "x"},
            f"tag '{'k' * 129}' in imageTags has a key of 129 characters; EC2 wants 1 to 128: rename it",
        ),
        (
            {"ok": "x", "k": "v" * 257},
            "tag 'k' in imageTags has a value of 257 characters; EC2 takes at most 256: shorten it",
        ),
        ({"k": "a\tb"}, r"tag 'k' in imageTags has characters that can't be printed ('a\tb'): take them out"),
        ({"k\n": "a"}, r"tag 'k\n' in imageTags has characters that can't be printed ('a'): take them out"),
        ({"aws:x": "x"}, "tag 'aws:x' in imageTags begins with 'aws:', which AWS keeps for itself: rename it"),
        ({"Aws:": "x"}, "tag 'Aws:' in imageTags begins with 'aws:', which AWS keeps for itself: rename it"),
        ({"Name": "x"}, "tag 'Name' in imageTags is set by snapnames: take it out"),
        ({"snapnames:x": "x"}, "tag 'snapnames:x' in imageTags is set by snapnames: take it out"),
    ],
)
def test_what_ec2_or_snapnames_does_not_take_is_told(tags: dict[str, str], message: str) -> None:
    """With the tag, the rule and what to do."""
    with pytest.raises(InputError) as refused:
        check_image_tags(tags, "imageTags")

    assert str(refused.value) == message
