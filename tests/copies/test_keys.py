"""Keys that can't encrypt a copy, told before the copy begins."""

import re
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from snapnames.aws.session import StackSession
from snapnames.errors import InputError
from snapnames.program.copies import Copies
from snapnames.program.copy_keys import check_keys
from snapnames.program.recorded_copies import RecordedCopy
from snapnames.rules.copies import RegionImages
from snapnames.testing.localaws.server import LocalAws

from tests.config.readings import GOOD, read

from .regions import EU, WEST

SETTING = "snapnames:copies"


def made(aws: LocalAws, **given: str) -> str:
    """A key in the other region."""
    return str(aws.client("kms", WEST).create_key(**given)["KeyMetadata"]["Arn"])


def refusal(key: str, session: StackSession) -> str:
    """Why the key is refused."""
    with pytest.raises(InputError) as refused:
        check_keys({WEST: key}, SETTING, session)
    return str(refused.value)


def test_a_key_that_encrypts_is_taken_and_so_is_its_alias(aws: LocalAws, session: StackSession) -> None:
    """EC2 takes the ARN of either."""
    key = made(aws)
    aws.client("kms", WEST).create_alias(AliasName="alias/images", TargetKeyId=key)

    check_keys({WEST: key}, SETTING, session)
    check_keys({WEST: re.sub("key/.*", "alias/images", key)}, SETTING, session)


def test_a_disabled_key_and_one_that_is_to_be_deleted_are_refused(aws: LocalAws, session: StackSession) -> None:
    """Each copy would fail, when the release runs at home already."""
    disabled, leaving = made(aws), made(aws)
    kms: Any = aws.client("kms", WEST)
    kms.disable_key(KeyId=disabled.rpartition("/")[2])
    kms.schedule_key_deletion(KeyId=leaving.rpartition("/")[2], PendingWindowInDays=7)

    assert refusal(disabled, session) == (
        f"snapnames:copies.us-west-2.kmsKeyId is {disabled!r}, and the key is Disabled; each copy there would fail "
        "while EC2 makes it: mend the key, or give another one"
    )
    assert "and the key is PendingDeletion; " in refusal(leaving, session)


def test_a_key_that_is_not_there_or_does_not_encrypt_is_refused(aws: LocalAws, session: StackSession) -> None:
    """A typing error in its id, or a key for signatures."""
    signs = made(aws, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    none = re.sub("key/.*", "key/1234abcd-12ab-34cd-56ef-1234567890ab", signs)

    assert "and there is no such key; " in refusal(none, session)
    assert "the key is one of RSA_2048 for SIGN_VERIFY, where EBS needs a symmetric one" in refusal(signs, session)


def test_a_key_that_may_not_be_read_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    """Another permission may let EC2 use it all the same."""
    key = "arn:aws:kms:us-west-2:111122223333:alias/images"

    check_keys({WEST: key}, SETTING, cast("StackSession", _Refused()))

    said = capsys.readouterr().err
    assert f"snapnames:copies.us-west-2.kmsKeyId is {key!r}, and the key can't be read (AccessDeniedException)" in said
    assert "EC2 needs kms:DescribeKey of the same role" in said


class _Refused:
    """A way to a region whose KMS refuses to describe any key."""

    def elsewhere(self, region: str) -> "_Refused":
        assert region == WEST
        return self

    def kms(self) -> "_Refused":
        return self

    def describe_key(self, **asked: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": str(asked)}}, "DescribeKey")


def test_only_keys_of_copies_that_are_still_to_be_made_are_read() -> None:
    """A copy stays as it was made. What can't be read or has not run is not copied now."""
    keys = {region: f"arn:aws:kms:{region}:111122223333:alias/images" for region in (WEST, EU, "eu-central-1")}
    copies = {region: {"kmsKeyId": key} for region, key in keys.items()}
    settings = read({**GOOD, "releases": ["1"], "copies": {**copies, "eu-north-1": {}}})
    read_now = {region: RegionImages() for region in settings.copies} | {"eu-central-1": RegionImages(fault="closed")}
    held = RecordedCopy("ami-1", "front-web-1", EU, has_volumes=True)

    assert Copies(settings, "ap-northeast-2", (held,), read_now).keys_to_use == {WEST: keys[WEST]}
    assert Copies(settings, "ap-northeast-2", (held,), read_now, {"1"}).keys_to_use == {}
