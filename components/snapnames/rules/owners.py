"""What else manages an Auto Scaling group, by the tags that it puts on its groups."""

from collections.abc import Mapping

from .images import STACK_TAG

OWNERS = {
    "aws:cloudformation:stack-name": "the CloudFormation stack",
    "elasticbeanstalk:environment-name": "the Elastic Beanstalk environment",
    # docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
    "eks:nodegroup-name": "the EKS node group",
    # docs.aws.amazon.com/batch/latest/userguide/managed_compute_environments.html: what Batch has made is not to be
    # changed by others. Its role may only change groups with this tag.
    "AWSBatchServiceTag": "the AWS service",
    STACK_TAG: "the Pulumi stack",
}
"""Tag to what manages a group that bears it."""


def owners_of(tags: Mapping[str, str], stack: str) -> list[tuple[str, str]]:
    """Who manages a group with these tags, beside `stack`: the tag, and the owner in words.

    >>> owners_of({"eks:nodegroup-name": "workers", "team": "web"}, "organization/snapnames/test")
    [('eks:nodegroup-name', "the EKS node group 'workers'")]
    """
    return [(key, f"{owner} {tags[key]!r}") for key, owner in OWNERS.items() if tags.get(key) not in (None, stack)]
