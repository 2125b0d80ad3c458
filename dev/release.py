"""What a release would publish, built and checked: `make release-check`. It publishes nothing."""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import snapnames

from .project import ROOT

FOLDER = ROOT / ".dev" / "release"
_SOURCE = "components/"
_SUMS = "SHA256SUMS"


def main() -> int:
    """Build twice, compare, and print what there is; the exit code is 1 if something is wrong."""
    faults = [*build(FOLDER)]
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    print((FOLDER / _SUMS).read_text(encoding="utf-8"), end="")
    if f"## [{snapnames.__version__}]" not in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"):
        print(f"CHANGELOG.md has no part for {snapnames.__version__} yet: a release needs one")
    return 1 if faults else 0


def build(folder: Path) -> Iterator[str]:
    """Put wheel, source distribution, schema and checksums into the folder; gives what is wrong with them."""
    shutil.rmtree(folder, ignore_errors=True)
    again = folder / "again"
    for target in (folder, again):
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "build", "--quiet", "--out-dir", target, ROOT], check=True)  # noqa: S603 -- the project's own
    files = [next(folder.glob(pattern)) for pattern in ("*.whl", "*.tar.gz")]
    for file in files:
        if file.read_bytes() != (again / file.name).read_bytes():
            yield f"{file.name}: two builds of the same files differ"
    shutil.rmtree(again)
    yield from _wheel_faults(files[0])
    files.append(Path(shutil.copy(ROOT / "docs" / "schema.json", folder)))
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / _SUMS).write_text("".join(sums), encoding="utf-8")


def _wheel_faults(wheel: Path) -> Iterator[str]:
    listed = subprocess.run(  # noqa: S603 -- nothing in it comes from elsewhere
        ["git", "ls-files", _SOURCE],  # noqa: S607 -- the user's own
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    wanted = {name.removeprefix(_SOURCE) for name in listed.split() if not name.endswith(".md")}
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    for name in sorted(packed ^ wanted):
        yield f"{wheel.name}: {name} is {'in it and not in git' if name in packed else 'missing'}"
    if wheel.name.split("-")[1] != snapnames.__version__:
        yield f"{wheel.name} is not of version {snapnames.__version__}"


if __name__ == "__main__":
    sys.exit(main())
