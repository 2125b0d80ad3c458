"""Images that other accounts may launch, as EC2 tells who may."""

from collections.abc import Callable, Mapping
from typing import Any

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch, writes
from tests.program import Program

Make = Callable[[Mapping[str, Any]], Program]

ACCOUNT, OTHER = "444455556666", "777788889999"
ORGANIZATION = "arn:aws:organizations::111122223333:organization/o-abcdefghij"


def shared_with(ec2: EC2Client) -> dict[str, list[str]]:
    """Image name to those that may launch it."""
    return {
        name: sorted(
            str(value)
            for permission in ec2.describe_image_attribute(ImageId=image["ImageId"], Attribute="launchPermission")[
                "LaunchPermissions"
            ]
            for value in permission.values()
        )
        for name, image in images(ec2).items()
    }


def test_all_listed_releases_are_shared_and_a_dropped_one_goes_without_a_word_to_its_permissions(
    program: Make, aws: LocalAws, ec2: EC2Client, source: str
) -> None:
    """A permission that somebody took away is given back; an account that leaves the config loses its own."""
    config = {"service": "front-web", "releases": ["1"], "source": source}
    stack = program({**config, "shareWith": {"accounts": [ACCOUNT], "organizations": [ORGANIZATION]}})
    stack.up("--skip-preview")
    stack.config["releases"] = ["2", "1"]
    stack.up("--skip-preview")
    both = shared_with(ec2)
    stack.preview("--expect-no-changes", "--refresh")

    ec2.reset_image_attribute(ImageId=images(ec2)["front-web-2"]["ImageId"], Attribute="launchPermission")
    stack.up("--skip-preview", "--refresh")
    mended = shared_with(ec2)
    stack.config["shareWith"] = {"accounts": [ACCOUNT, OTHER]}
    stack.up("--skip-preview")
    changed = shared_with(ec2)
    stack.config["releases"] = ["2"]
    mark = aws.mark()
    stack.up("--skip-preview")
    dropped = writes(aws, mark)

    first = sorted([ACCOUNT, ORGANIZATION])
    assert both == mended == {"front-web-1": first, "front-web-2": first}
    assert changed == {"front-web-1": [ACCOUNT, OTHER], "front-web-2": [ACCOUNT, OTHER]}
    assert dropped == ["ec2.DeregisterImage", "ec2.DeleteSnapshot", "ec2.DeleteSnapshot"]
    assert shared_with(ec2) == {"front-web-2": [ACCOUNT, OTHER]}


def test_an_image_that_a_key_of_aws_encrypts_is_refused_before_it_is_made(
    program: Make, aws: LocalAws, ec2: EC2Client
) -> None:
    """Its source's volume shows it. One with a key of the account's own is shared, with a word on the key's policy."""
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    default = launch(ec2, mappings=[{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1, "Encrypted": True}}])
    own = launch(
        ec2, mappings=[{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1, "Encrypted": True, "KmsKeyId": key}}]
    )
    shared = {"shareWith": {"accounts": [ACCOUNT]}}
    stack = program({"service": "front-web", "releases": ["1"], "source": default, **shared})

    refused = stack.preview(code=1).out
    stack.config["source"] = own
    said = stack.up("--skip-preview").out

    assert f"of {default}, which the image of release '1' is made of, is encrypted with" in refused
    assert "a key that AWS manages; EC2 shares no image that such a key encrypts" in refused
    assert f"the policy of the key {key} does not name account {ACCOUNT}" in said
    assert shared_with(ec2) == {"front-web-1": [ACCOUNT]}


def test_images_that_are_built_are_shared_only_where_their_keys_allow_it(program: Make, ec2: EC2Client) -> None:
    """And never with the account that owns them."""
    default = launch(ec2, mappings=[{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1, "Encrypted": True}}])
    stack = program({"service": "front-web", "releases": ["1"], "source": default})
    stack.up("--skip-preview")

    stack.config["shareWith"] = {"accounts": [ACCOUNT]}
    encrypted = stack.up("--skip-preview", code=1).out
    stack.config["shareWith"] = {"accounts": ["123456789012"]}
    own = stack.up("--skip-preview", code=1).out

    assert "of image 'front-web-1'" in encrypted
    assert "a key that AWS manages" in encrypted
    assert "snapnames:shareWith has 123456789012, which is the account of this stack" in own
    assert shared_with(ec2) == {"front-web-1": []}
