"""What IAM is asked for most calls of EC2: one resource that exists, or none.

From docs.aws.amazon.com/service-authorization/latest/reference/list_ec2.html.
"""

ON_ONE = {
    "CreateLaunchTemplateVersion": "LaunchTemplateId",
    "DeleteLaunchTemplate": "LaunchTemplateId",
    "DeleteLaunchTemplateVersions": "LaunchTemplateId",
    "DeleteSnapshot": "SnapshotId",
    "DeregisterImage": "ImageId",
    "DescribeImageAttribute": "ImageId",
    "DescribeInstanceAttribute": "InstanceId",
    "DescribeSnapshotAttribute": "SnapshotId",
    "DisableImage": "ImageId",
    "DisableImageDeprecation": "ImageId",
    "DisableImageDeregistrationProtection": "ImageId",
    "EnableImage": "ImageId",
    "EnableImageDeprecation": "ImageId",
    "EnableImageDeregistrationProtection": "ImageId",
    "GetInstanceUefiData": "InstanceId",
    "LockSnapshot": "SnapshotId",
    "ModifyImageAttribute": "ImageId",
    "ModifyLaunchTemplate": "LaunchTemplateId",
    "ModifySnapshotAttribute": "SnapshotId",
    "ModifySnapshotTier": "SnapshotId",
    "ResetImageAttribute": "ImageId",
    "ResetSnapshotAttribute": "SnapshotId",
    "RestoreImageFromRecycleBin": "ImageId",
    "RestoreSnapshotFromRecycleBin": "SnapshotId",
    "RestoreSnapshotTier": "SnapshotId",
    "UnlockSnapshot": "SnapshotId",
}
"""EC2's calls on one resource that exists, and the parameter that names it."""

ON_ALL = (
    "DisableAllowedImagesSettings",
    "EnableAllowedImagesSettings",
    "GetAllowedImagesSettings",
    "GetEbsDefaultKmsKeyId",
    "GetEbsEncryptionByDefault",
    "ReplaceImageCriteriaInAllowedImagesSettings",
)
"""EC2's calls without resources that are not called Describe."""

REFERENCES = (
    "ec2:DescribeInstances",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeLaunchTemplateVersions",
    "imagebuilder:GetContainerRecipe",
    "imagebuilder:ListContainerRecipes",
    "imagebuilder:ListImageRecipes",
    "ssm:DescribeParameters",
    "ssm:GetParameters",
)
"""What DescribeImageReferences calls in the name of its caller.

docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ami-references.html.
"""
