"""What `make release-check` builds."""

import hashlib
from pathlib import Path

import pytest

from dev.release import build

pytestmark = [pytest.mark.xdist_group("package"), pytest.mark.slow]


def test_a_release_is_wheel_source_and_schema_with_their_checksums_and_nothing_is_wrong(tmp_path: Path) -> None:
    """Two builds are the same, and the wheel is what git tracks."""
    folder = tmp_path / "release"

    faults = list(build(folder))

    lines = [line.partition("  ") for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines()]
    sums = {name: digest for digest, _, name in lines}
    files = [path for path in folder.iterdir() if path.suffix in {".whl", ".gz", ".json"}]
    assert faults == []
    assert sums == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert sorted(path.suffix for path in files) == [".gz", ".json", ".whl"]
