"""The script that people write: each image's snapshots named after it, one call after another.

Run as a program of its own. Knows nothing of names that are there, of drift or of what it did the last time.
"""

import boto3


def main() -> None:
    """Name every snapshot behind every image of the account."""
    ec2 = boto3.client("ec2")
    for image in ec2.describe_images(Owners=["self"])["Images"]:
        index = 0
        for mapping in image["BlockDeviceMappings"]:
            if "Ebs" in mapping:
                index += 1
                name = f"{image['Name']}({index:03d})"
                ec2.create_tags(Resources=[mapping["Ebs"]["SnapshotId"]], Tags=[{"Key": "Name", "Value": name}])


if __name__ == "__main__":
    main()
