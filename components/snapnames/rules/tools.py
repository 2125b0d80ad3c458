"""Which tool has made an image or a snapshot, as far as its tags say. A tag alone proves nothing: others can write it.

- AWS Backup: https://docs.aws.amazon.com/aws-backup/latest/devguide/amis-and-backup.html and the reserved `aws:backup:`
- Data Lifecycle Manager: https://docs.aws.amazon.com/ebs/latest/userguide/dlm-elements.html
- EC2 Image Builder: https://docs.aws.amazon.com/imagebuilder/latest/userguide/tag-resources.html
- CloudFormation:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
- Packer has no tag of its own. Teams write one.
"""

import re
from collections.abc import Mapping

from .images import AWS_BACKUP_TAGS, DLM_TAGS, STACK_TAG, TAKEN_IN_TAG

BACKUP, DLM, IMAGE_BUILDER = "AWS Backup", "Data Lifecycle Manager", "EC2 Image Builder"
CLOUDFORMATION, PACKER, OWN, UNKNOWN = "CloudFormation", "Packer", "snapnames", "no tool known"

TOOLS = (BACKUP, DLM, IMAGE_BUILDER, OWN, CLOUDFORMATION, PACKER, UNKNOWN)
"""In the order in which they are looked for: a backup can have all the tags of what it was made of."""

_KEYS = {
    BACKUP: AWS_BACKUP_TAGS,
    DLM: DLM_TAGS,
    IMAGE_BUILDER: ("Ec2ImageBuilderArn",),
    OWN: (STACK_TAG, TAKEN_IN_TAG),
    CLOUDFORMATION: ("aws:cloudformation:",),
}
"""Tool to the beginnings of its tags' keys."""

_PACKER = re.compile(r"(?<![a-z])packer(?![a-z])", re.IGNORECASE)


def tool_of(tags: Mapping[str, str]) -> str:
    """One of `TOOLS`.

    >>> [tool_of({key: "x"}) for key in ("aws:backup:source-resource", "dlm:managed", "Ec2ImageBuilderArn")]
    ['AWS Backup', 'Data Lifecycle Manager', 'EC2 Image Builder']
    >>> tool_of({"built-by": "Packer 1.9"}), tool_of({"Name": "packer"}), tool_of({"team": "backpackers"})
    ('Packer', 'no tool known', 'no tool known')
    """
    for tool, beginnings in _KEYS.items():
        if any(key.startswith(beginnings) for key in tags):
            return tool
    texts = (text for key, value in tags.items() if key != "Name" for text in (key, value))
    return PACKER if any(_PACKER.search(text) for text in texts) else UNKNOWN
