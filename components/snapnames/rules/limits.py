"""How many values one filter of a Describe call takes, and how many ids."""

from collections.abc import Collection, Iterator

VALUES = 200
"""docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html."""

STATUS_IDS = 100
"""Of DescribeInstanceStatus: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html."""


def chunks(values: Collection[str], size: int = VALUES) -> Iterator[list[str]]:
    """The values in as many lists as calls are needed: none for no values, which EC2 would not take as a filter.

    >>> [len(chunk) for chunk in chunks([str(n) for n in range(401)])]
    [200, 200, 1]
    """
    listed = list(values)
    return (listed[start : start + size] for start in range(0, len(listed), size))
