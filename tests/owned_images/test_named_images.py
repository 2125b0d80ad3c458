"""Names for images that are given by their ids, and for no other of the account."""

from collections import Counter

import pytest
from snapnames.testing.environment import aws_variables
from snapnames.testing.localaws.server import LocalAws

from tests.owned_images.accounts import ROOT, Account
from tests.owned_images.recording import registered


@pytest.fixture(autouse=True)
def here(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the program's config lead to the local AWS."""
    for name, value in aws_variables(aws.url).items():
        monkeypatch.setenv(name, value)


def test_only_the_images_of_these_ids_are_read_and_named(aws: LocalAws, account: Account) -> None:
    """Two calls, however many images the account has, and one for the names just before they are written.

    An id that the account does not have changes nothing.
    """
    wanted = account.image("web-1")
    account.image("web-2")
    mark = aws.mark()

    tags = registered({"image_ids": [wanted, "ami-0123456789abcdef0"]})

    assert [(tag.name, tag.value) for tag in tags] == [(f"web-1:{ROOT}", "web-1(001)")]
    assert Counter(aws.calls(mark)) == {"ec2.DescribeImages": 1, "ec2.DescribeSnapshots": 1, "ec2.DescribeTags": 1}


def test_a_name_that_a_person_gave_stays(account: Account) -> None:
    """As without ids."""
    wanted = account.image("web-1")
    account.name(f"web-1:{ROOT}", "theirs")

    assert registered({"image_ids": [wanted]}) == []


def test_no_id_names_no_image(account: Account) -> None:
    """It is not the same as to leave the ids out."""
    account.image("web-1")

    assert registered({"image_ids": []}) == []
