"""What is in the account before a test, and refusals."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import ACCESS_KEY, REGION, LocalAws

from .fleet import Fleet

Refused = Callable[..., AbstractContextManager[None]]
Restrict = Callable[..., None]
OTHER = "222222222222"


@pytest.fixture
def restrict(aws: LocalAws) -> Restrict:
    """Give the tests' own key a policy of these statements: action, resource, condition."""

    def put(*statements: tuple[str, str, dict[str, Any]]) -> None:
        document = [{"Effect": "Allow", "Action": a, "Resource": r, "Condition": c} for a, r, c in statements]
        aws.restrict(ACCESS_KEY, {"Version": "2012-10-17", "Statement": document})

    return put


@pytest.fixture
def public_image(ec2: EC2Client) -> str:
    """Give a public image whose root is at /dev/sda1, 8 GiB gp2."""
    name = "ubuntu/images/hvm-ssd/ubuntu-xenial-16.04-amd64-server-20170721"
    return ec2.describe_images(Filters=[{"Name": "name", "Values": [name]}])["Images"][0]["ImageId"]


@pytest.fixture
def instance(ec2: EC2Client, public_image: str) -> str:
    """Launch an instance with a root, two more volumes, and an instance-store volume."""
    launched = ec2.run_instances(
        ImageId=public_image,
        MinCount=1,
        MaxCount=1,
        InstanceType="c3.large",
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sda1", "Ebs": {"VolumeType": "gp3"}},
            {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "Iops": 4000, "Throughput": 200}},
            {"DeviceName": "/dev/sdg", "Ebs": {"VolumeSize": 50, "DeleteOnTermination": True, "Encrypted": True}},
            {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
        ],
    )
    return launched["Instances"][0]["InstanceId"]


@pytest.fixture
def plain_instance(ec2: EC2Client, public_image: str) -> str:
    """Launch an instance with nothing but an unencrypted root, whose images can be shared."""
    return ec2.run_instances(ImageId=public_image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]


@pytest.fixture
def bundled_instance(ec2: EC2Client) -> str:
    """Launch an instance whose root is in the instance store."""
    image_id = ec2.register_image(Name="bundled", ImageLocation="bucket/image.manifest.xml")["ImageId"]
    return ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]


@pytest.fixture
def refused() -> Refused:
    """Give a block that has to end in AWS's refusal: its code, and a part of its text."""

    @contextmanager
    def block(code: str, text: str = "") -> Iterator[None]:
        with pytest.raises(ClientError) as caught:
            yield
        error = caught.value.response["Error"]
        assert error["Code"] == code
        assert text in error["Message"]

    return block


@pytest.fixture
def other(aws: LocalAws) -> EC2Client:
    """Give a client of another account, 222222222222, in the same region."""
    ec2: EC2Client = client_of(aws, OTHER, "ec2")
    return ec2


def client_of(aws: LocalAws, account: str, service: str) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    """Give a client of an account, by a role that is assumed there."""
    role = aws.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/reader", RoleSessionName="test")
    keys = role["Credentials"]
    maker: Any = boto3.client
    return maker(
        service,
        region_name=REGION,
        endpoint_url=aws.url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


@pytest.fixture
def fleet(aws: LocalAws, public_image: str) -> Fleet:
    """Give images and a template for a group of which there is none yet."""
    return Fleet.of(aws, public_image)
