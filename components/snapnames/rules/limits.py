"""The largest number of values in one filter of a Describe call, and of ids in one call."""

from collections.abc import Collection, Iterator

VALUES = 200
"""docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html."""

STATUS_IDS = 100
"""For DescribeInstanceStatus: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html."""


def chunks(values: Collection[str], size: int = VALUES) -> Iterator[list[str]]:
    """The values, split into one list for each call. Without values there is no list: EC2 refuses an empty filter.

    >>> [len(chunk) for chunk in chunks([str(n) for n in range(401)])]
    [200, 200, 1]
    """
    listed = list(values)
    return (listed[start : start + size] for start in range(0, len(listed), size))
