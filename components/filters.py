"""How many values one filter of a Describe call takes."""

from collections.abc import Collection, Iterator

_VALUES = 200
"""docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html."""


def chunks(values: Collection[str]) -> Iterator[list[str]]:
    """The values in as many lists as calls are needed: none for no values, which EC2 would not take as a filter.

    >>> [len(chunk) for chunk in chunks([str(n) for n in range(401)])]
    [200, 200, 1]
    """
    listed = list(values)
    return (listed[start : start + _VALUES] for start in range(0, len(listed), _VALUES))
