"""The copies of earlier states in a folder: plain, compressed, and of a stack that was destroyed."""

import gzip
import json
from pathlib import Path

from snapnames.cli.state.earlier import NEWEST, earlier_images


def copy(backend: Path, number: int, name: str | None, *, zipped: bool = False) -> None:
    """Write the copy of a state with one image, or of an empty one."""
    image = {
        "type": "aws:ec2/amiFromInstance:AmiFromInstance",
        "urn": f"urn:{name}",
        "id": f"ami-{name}",
        "inputs": {"name": name},
    }
    state = {"checkpoint": {"latest": {"resources": [image]} if name else None}}
    folder = backend / ".pulumi" / "history" / "web" / "test"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"test-{1795569486695518351 + number}.checkpoint.json"
    content = json.dumps(state).encode()
    if zipped:
        (folder / f"{path.name}.gz").write_bytes(gzip.compress(content))
    else:
        path.write_bytes(content)
    (folder / f"{path.name}.attrs").write_text("{}", encoding="utf-8")


def test_the_images_of_plain_and_compressed_copies_are_found(tmp_path: Path) -> None:
    """A destroyed stack has none."""
    copy(tmp_path, 1, "one")
    copy(tmp_path, 2, "two", zipped=True)
    copy(tmp_path, 3, None)

    assert earlier_images(tmp_path, "web", "test") == {"ami-one": "one", "ami-two": "two"}


def test_only_the_newest_copies_are_read(tmp_path: Path) -> None:
    """Each may be megabytes."""
    for number in range(NEWEST + 1):
        copy(tmp_path, number, f"image-{number:02d}")

    found = earlier_images(tmp_path, "web", "test")

    assert list(found.values()) == [f"image-{number:02d}" for number in range(1, NEWEST + 1)]


def test_a_stack_without_a_history_has_had_no_images(tmp_path: Path) -> None:
    """Nor has another stack's."""
    copy(tmp_path, 1, "one")

    assert earlier_images(tmp_path, "web", "production") == {}
