"""Launch templates: everything is listed, page by page, and versions are found by their image."""

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_ec2 import EC2Client

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import LaunchTemplateTagSpecificationRequestTypeDef, RequestLaunchTemplateDataTypeDef


def create(ec2: EC2Client, name: str, *images: str) -> str:
    """Create a template with a version for each image, oldest first; its id."""
    first, *others = images
    made = ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData={"ImageId": first})
    template_id = made["LaunchTemplate"]["LaunchTemplateId"]
    for image in others:
        ec2.create_launch_template_version(LaunchTemplateId=template_id, LaunchTemplateData={"ImageId": image})
    return template_id


def versions(ec2: EC2Client, **wanted: object) -> list[tuple[str, int]]:
    """Name and number of each version that is found, of all pages."""
    pages = ec2.get_paginator("describe_launch_template_versions").paginate(**wanted)  # type: ignore[arg-type]
    return [
        (one["LaunchTemplateName"], one["VersionNumber"]) for page in pages for one in page["LaunchTemplateVersions"]
    ]


@pytest.mark.parametrize("own", [[], [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "web"}]}]])
def test_the_tags_of_a_template_are_no_tags_of_what_it_launches(
    ec2: EC2Client, public_image: str, own: list["LaunchTemplateTagSpecificationRequestTypeDef"]
) -> None:
    """A version has those that its data gives, and no others."""
    data: RequestLaunchTemplateDataTypeDef = {"ImageId": public_image}
    if own:
        data["TagSpecifications"] = own

    made = ec2.create_launch_template(
        LaunchTemplateName="web",
        LaunchTemplateData=data,
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": [{"Key": "for", "Value": "template"}]}],
    )

    (version,) = ec2.describe_launch_template_versions(Versions=["$Latest"])["LaunchTemplateVersions"]
    assert made["LaunchTemplate"]["Tags"] == [{"Key": "for", "Value": "template"}]
    assert version["LaunchTemplateData"].get("TagSpecifications", []) == own


def test_a_client_token_makes_one_template_and_one_version_however_often_it_comes(
    ec2: EC2Client, public_image: str
) -> None:
    """A client that lost the answer asks again; without a token the name is taken."""
    data: RequestLaunchTemplateDataTypeDef = {"ImageId": public_image}

    first, again = (
        ec2.create_launch_template(ClientToken="a", LaunchTemplateName="web", LaunchTemplateData=data) for _ in range(2)
    )
    for token in ("b", "b", "c"):
        ec2.create_launch_template_version(ClientToken=token, LaunchTemplateName="web", LaunchTemplateData=data)

    assert first["LaunchTemplate"] == again["LaunchTemplate"]
    assert versions(ec2, LaunchTemplateName="web") == [("web", 1), ("web", 2), ("web", 3)]
    with pytest.raises(ClientError, match=r"InvalidLaunchTemplateName\.AlreadyExistsException"):
        ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)


def test_a_template_that_is_gone_is_told_by_its_id(ec2: EC2Client, public_image: str) -> None:
    """The provider takes that for done, and nothing else."""
    template_id = create(ec2, "web", public_image)
    ec2.delete_launch_template(LaunchTemplateId=template_id)

    with pytest.raises(ClientError, match=r"InvalidLaunchTemplateId\.NotFound"):
        ec2.delete_launch_template(LaunchTemplateId=template_id)


def test_all_templates_are_listed_page_by_page(ec2: EC2Client, public_image: str) -> None:
    """As many as a small page has three times, and more than moto gives at all."""
    for number in range(17):
        create(ec2, f"web-{number:02d}", public_image)

    unsized = ec2.describe_launch_templates()["LaunchTemplates"]
    pages = list(ec2.get_paginator("describe_launch_templates").paginate(PaginationConfig={"PageSize": 7}))

    names = [f"web-{number:02d}" for number in range(17)]
    assert [one["LaunchTemplateName"] for one in unsized] == names
    assert [[one["LaunchTemplateName"] for one in page["LaunchTemplates"]] for page in pages] == [
        names[:7],
        names[7:14],
        names[14:],
    ]


def test_the_latest_and_the_default_versions_of_all_templates_are_one_read(ec2: EC2Client, public_image: str) -> None:
    """Without an id; older ones are listed by the id of their template."""
    first = create(ec2, "web", public_image, public_image, public_image)
    create(ec2, "db", public_image)

    bulk = versions(ec2, Versions=["$Latest", "$Default"])
    all_of_one = versions(ec2, LaunchTemplateId=first, PaginationConfig={"PageSize": 2})

    assert set(bulk) == {("web", 3), ("web", 1), ("db", 1)}
    assert all_of_one == [("web", 1), ("web", 2), ("web", 3)]


def test_versions_are_found_by_their_image(ec2: EC2Client, public_image: str) -> None:
    """A filter that EC2 does not have is refused."""
    template = create(ec2, "web", "ami-0aaaaaaaaaaaaaaaa", public_image)

    found = versions(ec2, LaunchTemplateId=template, Filters=[{"Name": "image-id", "Values": [public_image]}])
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        versions(ec2, LaunchTemplateId=template, Filters=[{"Name": "color", "Values": ["red"]}])

    assert found == [("web", 2)]


def test_a_page_of_more_than_200_is_refused(ec2: EC2Client) -> None:
    """The limit that the API reference gives for both reads."""
    with pytest.raises(ClientError, match="from 1 to 200"):
        ec2.describe_launch_templates(MaxResults=201)
    with pytest.raises(ClientError, match="from 1 to 200"):
        ec2.describe_launch_template_versions(MaxResults=201, Versions=["$Latest"])


def test_a_deleted_version_is_gone_and_its_number_is_not_given_again(ec2: EC2Client, public_image: str) -> None:
    """The latest version is the highest that is left; the default one can't be deleted."""
    template_id = create(ec2, "web", *[public_image] * 4)

    told = ec2.delete_launch_template_versions(LaunchTemplateId=template_id, Versions=["1", "2", "4", "9"])
    ec2.create_launch_template_version(LaunchTemplateId=template_id, LaunchTemplateData={"ImageId": public_image})
    [newest] = versions(ec2, LaunchTemplateId=template_id, Versions=["$Latest"])
    with pytest.raises(ClientError, match="VersionNotFound"):
        ec2.describe_launch_template_versions(LaunchTemplateId=template_id, Versions=["2"])

    assert [one["VersionNumber"] for one in told["SuccessfullyDeletedLaunchTemplateVersions"]] == [2, 4]
    refused = told["UnsuccessfullyDeletedLaunchTemplateVersions"]
    assert [(one["VersionNumber"], one["ResponseError"]["Code"]) for one in refused] == [
        (1, "unexpectedError"),
        (9, "launchTemplateVersionDoesNotExist"),
    ]
    assert versions(ec2, LaunchTemplateId=template_id) == [("web", 1), ("web", 3), ("web", 5)]
    assert newest == ("web", 5)
