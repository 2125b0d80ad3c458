"""The names of snapshots: which volumes get one, in what order, and which name.

Plain functions. Nothing here knows Pulumi resources or calls AWS.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from string import Formatter

from snapnames.errors import InputError

DEFAULT_PATTERN = "{image}({index:03d})"
PATTERN_FIELDS = ("image", "index", "device")
MAX_TAG_VALUE = 256
"""Characters of a tag's value: docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions."""

IMAGE_NAME_CHARACTERS = r"A-Za-z0-9()\[\] ./\-'@_"
"""For a regular expression: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html."""

MIN_IMAGE_NAME, MAX_IMAGE_NAME = 3, 128

_IMAGE_NAME = re.compile(f"[{IMAGE_NAME_CHARACTERS}]+")
_INDEX_FORMAT = re.compile(r"(0?[1-9])?d?")


def check_image_name(name: str, setting: str) -> None:
    """Raise `InputError` unless EC2's CreateImage takes `name`. `setting`: the setting that the user should change.

    The rule is that of the API reference: 3 to 128 characters, letters, digits, ( ) [ ] space . / - ' @ _.
    """
    if not MIN_IMAGE_NAME <= len(name) <= MAX_IMAGE_NAME:
        few = f"{len(name)} character{'' if len(name) == 1 else 's'}"
        raise InputError(
            f"image name {name!r} has {few}; EC2 wants {MIN_IMAGE_NAME} to {MAX_IMAGE_NAME}: set {setting}"
        )
    if not _IMAGE_NAME.fullmatch(name):
        wrong = " ".join(dict.fromkeys(repr(c) for c in name if not _IMAGE_NAME.fullmatch(c)))
        raise InputError(
            f"image name {name!r} contains {wrong}; EC2 takes letters, digits, ( ) [ ] space . / - ' @ _: set {setting}"
        )


def check_pattern(pattern: str, setting: str) -> None:
    """Raise `InputError` unless `pattern` is made of text and the fields `image`, `index`, `device`.

    `index` takes a width, for example `{index:03d}`. The other fields take no format.
    """
    rule = "a name pattern has the fields {image}, {index} or {index:03d}, {device}"
    if not pattern:
        raise InputError(f"name pattern {pattern!r} is empty; {rule} and printable text: set {setting}")
    if unprintable := next((character for character in pattern if not character.isprintable()), ""):
        raise InputError(f"name pattern {pattern!r} contains {unprintable!r}; {rule} and printable text: set {setting}")
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as error:
        raise InputError(f"name pattern {pattern!r} can't be read ({error}); {rule}: set {setting}") from error
    for _, field, form, conversion in parts:
        if field is None:
            continue
        if field not in PATTERN_FIELDS:
            raise InputError(f"name pattern {pattern!r} has the unknown field {field!r}; {rule}: set {setting}")
        if conversion or not (_INDEX_FORMAT.fullmatch(form or "") if field == "index" else not form):
            raise InputError(
                f"name pattern {pattern!r} formats {field!r} in a way that is not known; {rule}: set {setting}"
            )


def ordered_devices(devices: Iterable[str], root_device: str) -> list[str]:
    """The root device first, then the others in natural order. EC2 promises no order of block device mappings.

    >>> ordered_devices(["/dev/sdf10", "/dev/xvda", "/dev/sdf9"], "/dev/xvda")
    ['/dev/xvda', '/dev/sdf9', '/dev/sdf10']
    """

    def natural(device: str) -> list[tuple[int, str]]:
        return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", device) if part]

    return sorted(devices, key=lambda device: (device != root_device, natural(device), device))


def snapshot_names(image: str, devices: Collection[str], root_device: str, pattern: str) -> dict[str, str]:
    """Device name to the Name of its snapshot, in the order that gives the index.

    Raises `InputError` if two snapshots would get the same name, or if a name is empty or longer than a tag's value may
    be. The caller has checked `pattern` by `check_pattern`.

    >>> snapshot_names("front-web-1", ["/dev/sdf", "/dev/sda1"], "/dev/sda1", DEFAULT_PATTERN)
    {'/dev/sda1': 'front-web-1(001)', '/dev/sdf': 'front-web-1(002)'}
    """
    names = {
        device: pattern.format(image=image, index=index, device=device)
        for index, device in enumerate(ordered_devices(devices, root_device), start=1)
    }
    for device, name in names.items():
        if not 0 < len(name) <= MAX_TAG_VALUE:
            raise InputError(
                f"name pattern {pattern!r} gives the snapshot of {device} of image {image!r} a name of {len(name)} "
                f"characters; a tag's value has 1 to {MAX_TAG_VALUE}: set a pattern of another length"
            )
    name, count = Counter(names.values()).most_common(1)[0] if names else ("", 0)
    if count > 1:
        same = ", ".join(device for device in names if names[device] == name)
        raise InputError(
            f"name pattern {pattern!r} gives {same} of image {image!r} the same name {name!r}; "
            "each snapshot of an image needs its own: put {index} or {device} into the pattern"
        )
    return names
