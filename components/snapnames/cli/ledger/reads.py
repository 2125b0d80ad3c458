"""The reads of the ledger, and the IAM actions that each needs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Read:
    """One API call."""

    call: str
    """As the local AWS and CloudTrail name it, for example `ec2.DescribeImages`."""

    through: tuple[str, ...] = ()
    """IAM actions that EC2 does for this call in the name of the role."""

    @property
    def actions(self) -> tuple[str, ...]:
        """All IAM actions that it needs."""
        return (self.call.replace(".", ":"), *self.through)


SNAPSHOTS = Read("ec2.DescribeSnapshots")
IMAGES = Read("ec2.DescribeImages")
REGIONS = Read("ec2.DescribeRegions")
VOLUMES = Read("ec2.DescribeVolumes")

USES = (
    Read("ec2.DescribeInstances"),
    Read("autoscaling.DescribeAutoScalingGroups"),
    Read("autoscaling.DescribeLaunchConfigurations"),
    Read("ec2.DescribeLaunchTemplates"),
    Read("ec2.DescribeLaunchTemplateVersions"),
    Read("ec2.DescribeFleets"),
    Read("ec2.DescribeSpotFleetRequests"),
    Read("ec2.DescribeSpotInstanceRequests"),
)

SHARING = Read("ec2.DescribeImageAttribute")
# docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ami-references-iam-permissions: what EC2 asks of other services.
REFERENCES = Read(
    "ec2.DescribeImageReferences",
    (
        "imagebuilder:GetContainerRecipe",
        "imagebuilder:ListContainerRecipes",
        "imagebuilder:ListImageRecipes",
        "ssm:DescribeParameters",
        "ssm:GetParameters",
    ),
)
LENDING = Read("ec2.DescribeSnapshotAttribute")
LOCKS = Read("ec2.DescribeLockedSnapshots")
BIN = Read("ec2.ListImagesInRecycleBin")

FAST_RESTORES = Read("ec2.DescribeFastSnapshotRestores")
FAST_LAUNCHES = Read("ec2.DescribeFastLaunchImages")

DELETING_AN_IMAGE = (*USES, SHARING, REFERENCES, FAST_LAUNCHES, LENDING, LOCKS, FAST_RESTORES)
"""What is read before the delete of an image is advised, beside the images and snapshots themselves."""

DELETING_A_SNAPSHOT = (*USES, BIN, LENDING, LOCKS, FAST_RESTORES)
"""The same for a snapshot whose image is gone."""

PLAN = (SNAPSHOTS, IMAGES, VOLUMES, *DELETING_AN_IMAGE, BIN)
"""What the plan reads, with the totals of an account."""
