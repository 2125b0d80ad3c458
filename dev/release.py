"""What a release would publish, built and checked: `make release-check`. It publishes nothing."""

import argparse
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import snapnames

from . import sbom, sdks
from .engine import EngineError
from .project import ROOT

FOLDER = ROOT / ".dev" / "release"
SUMS = "SHA256SUMS"
_SOURCE = "components/"
_PACKAGES = (f"{_SOURCE}snapnames", f"{_SOURCE}pulumi_snapnames")


def main(arguments: list[str]) -> int:
    """Build twice, compare, and print what there is; the exit code is 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog=f"python -m {__package__}.release", description=__doc__)
    parser.add_argument("--tag", help="the tag of the release, which has to be that of the version")
    tag = parser.parse_args(arguments).tag
    faults = [*_tag_faults(tag)]
    try:
        faults = faults or [*build(FOLDER, with_sdks=True)]
    except (EngineError, sdks.SdkError) as error:
        faults = [str(error)]
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    if not faults:
        print((FOLDER / SUMS).read_text(encoding="utf-8"), end="")
    if tag is None and not _has_changes():
        print(f"CHANGELOG.md has no part for {snapnames.__version__} yet: a release needs one")
    return 1 if faults else 0


def build(folder: Path, *, with_sdks: bool) -> Iterator[str]:
    """Put all files and their checksums into the folder; gives what is wrong with them.

    The SDKs need npm and go, so a caller can leave them out.
    """
    shutil.rmtree(folder, ignore_errors=True)
    again = folder / "again"
    for target in (folder, again):
        target.mkdir(parents=True)
        _put_files(target, with_sdks=with_sdks)
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    for name in names:
        if not (again / name).exists() or (folder / name).read_bytes() != (again / name).read_bytes():
            yield f"{name}: two builds of the same files differ"
    shutil.rmtree(again)
    yield from _wheel_faults(next(folder.glob("*.whl")))
    yield from sbom.faults(folder / "sbom.cdx.json")
    if json.loads((folder / "schema.json").read_bytes())["version"] != snapnames.__version__:
        yield f"schema.json is not of version {snapnames.__version__}"
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(sums), encoding="utf-8")


def _put_files(folder: Path, *, with_sdks: bool) -> None:
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "build", "--quiet", "--out-dir", folder, ROOT], check=True)  # noqa: S603 -- the project's own
    (folder / ".gitignore").unlink(missing_ok=True)  # uv's own
    shutil.copy(ROOT / "docs" / "schema.json", folder)
    sbom.write(folder / "sbom.cdx.json")
    if with_sdks:
        made = folder / "sdk"
        shutil.copy(sdks.typescript(made), folder / f"snapnames-typescript-{snapnames.__version__}.tgz")
        _pack(sdks.go(made), folder / f"snapnames-go-{snapnames.__version__}.tar.gz")
        shutil.rmtree(made)


def _pack(source: Path, file: Path) -> None:
    """An archive of a folder without times and owners, so that the same files give the same archive."""
    with (
        file.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for path in sorted(source.rglob("*")):
            if path.is_file():
                entry = tarfile.TarInfo(str(path.relative_to(source)))
                entry.size, entry.mode = path.stat().st_size, 0o644
                with path.open("rb") as content:
                    archive.addfile(entry, content)


def _tag_faults(tag: str | None) -> Iterator[str]:
    """A release is of the version that the package says, and the CHANGELOG has a part for it."""
    if tag is None:
        return
    if tag != f"v{snapnames.__version__}":
        yield f"the tag is {tag!r}: of version {snapnames.__version__} it has to be v{snapnames.__version__}"
    if not _has_changes():
        yield f"CHANGELOG.md has no part for {snapnames.__version__}"


def _has_changes() -> bool:
    return f"## [{snapnames.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def _wheel_faults(wheel: Path) -> Iterator[str]:
    listed = subprocess.run(  # noqa: S603 -- nothing in it comes from elsewhere
        ["git", "ls-files", *_PACKAGES],  # noqa: S607 -- the user's own
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
    sys.exit(main(sys.argv[1:]))
