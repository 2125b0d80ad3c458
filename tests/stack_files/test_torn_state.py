"""Which files of a state count as torn by a kill, and which an update may be writing."""

from pathlib import Path

import pytest
from snapnames.cli.stack.torn_state import folder_of, mend


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """The empty file beside a state, as a kill leaves it."""
    path = tmp_path / ".pulumi" / "stacks" / "web" / "test.json.attrs"
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def test_a_file_that_an_update_fills_in_the_meantime_stays(tmp_path: Path, beside: Path) -> None:
    """It was being written, and is whole now."""
    waited: list[float] = []

    def write(seconds: float) -> None:
        waited.append(seconds)
        beside.write_text("{}", encoding="utf-8")

    found = mend(tmp_path, "test", write)

    assert (found, beside.read_text("utf-8")) == (True, "{}")
    assert waited == [2.0]


def test_a_file_that_is_emptied_again_in_the_meantime_stays(tmp_path: Path, beside: Path) -> None:
    """An update that runs writes it at each step, and may be at the next one by then."""

    def write_twice(_: float) -> None:
        emptied = beside.stat().st_mtime_ns
        beside.write_text("{}", encoding="utf-8")
        while beside.stat().st_mtime_ns == emptied or beside.stat().st_size:  # clocks of file systems are coarse
            beside.write_text("", encoding="utf-8")

    found = mend(tmp_path, "test", write_twice)

    assert (found, beside.exists()) == (True, True)


def test_a_file_that_nobody_writes_is_removed(tmp_path: Path, beside: Path) -> None:
    """It was left by a kill."""
    found = mend(tmp_path, "test", lambda _: None)

    assert (found, beside.exists()) == (True, False)


def test_a_file_that_is_gone_after_the_wait_is_no_error(tmp_path: Path, beside: Path) -> None:
    """As when another command has mended it."""
    assert mend(tmp_path, "test", lambda _: beside.unlink())


def test_nothing_is_waited_for_where_no_file_is_empty(tmp_path: Path, beside: Path) -> None:
    """Every command of a sound stack would take as much longer."""
    beside.write_text("{}", encoding="utf-8")
    waited: list[float] = []

    found = mend(tmp_path, "test", waited.append)

    assert (found, waited) == (False, [])


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("file:///var/state", "/var/state"),
        ("file://state%20of%20ours?no_tmp_dir=true", "/srv/state of ours"),
        ("file://~", str(Path.home())),
        ("https://api.pulumi.com/user", None),
        ("s3://file", None),
        ("", None),
    ],
)
def test_only_a_backend_of_files_has_a_folder(url: str, folder: str | None) -> None:
    """A relative one begins at the project."""
    assert folder_of(url, Path("/srv")) == (folder and Path(folder))
