"""The wheel: what is in it, and that it works where nothing else of the project is."""

import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import pytest
import snapnames
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import launch, names
from tests.program import ROOT

from .installation import UV, Installation, locked, run
from .outside import IMAGE_PROGRAM, outside

pytestmark = [pytest.mark.xdist_group("package"), pytest.mark.slow]

SOURCE = "components/"
"""The root of what ships: the wheel is its packages as they stand."""

PACKAGES = [f"{SOURCE}snapnames", f"{SOURCE}pulumi_snapnames"]
BESIDE = {"PulumiPlugin.yaml", "__main__.py", "requirements.txt"}
"""What stands beside the packages, for Pulumi to run the folder by its git URL. It gets into no wheel."""

BAD = 'from snapnames import Fleet\n\nFleet("web", {"image_id": "ami-1", "instance_type": 3, "launch": "templat"})\n'


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.split() if not name.endswith(".md")]


def test_nothing_gets_into_the_wheel_but_the_two_packages(wheel: Path) -> None:
    """No file of the folder for Pulumi, no action, no Dockerfile, no SDK."""
    beside = {path.name for path in (ROOT / SOURCE).iterdir() if not path.is_dir()}

    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}

    assert beside == BESIDE
    assert tops == {"snapnames", "pulumi_snapnames", f"pulumi_snapnames-{snapnames.__version__}.dist-info"}


def test_the_wheel_has_every_file_of_the_folders_it_is_made_of_and_nothing_else(wheel: Path) -> None:
    """As they are in the repository, without what tools left there. Those of the folder for Pulumi are none."""
    expected = {name.removeprefix(SOURCE): (ROOT / name).read_bytes() for name in _tracked()}

    with zipfile.ZipFile(wheel) as archive:
        content = {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}

    assert content == expected
    assert content["snapnames/py.typed"] == b""


def test_the_source_distribution_makes_the_same_wheel(built: Path, wheel: Path, tmp_path: Path) -> None:
    """`uv build` makes the first wheel from it."""
    (source,) = built.glob("*.tar.gz")
    run(UV, "build", "--quiet", "--wheel", "--out-dir", tmp_path, ROOT, cwd=tmp_path)

    (direct,) = tmp_path.glob("*.whl")
    with tarfile.open(source) as archive:
        packed = [name.partition("/")[2] for name in archive.getnames()]

    assert wheel.read_bytes() == direct.read_bytes()
    assert [name for name in packed if name.startswith(("tests", "benchmarks", "dev/engine"))] == []


def test_a_file_that_git_does_not_track_gets_into_no_package(tmp_path: Path) -> None:
    """Somebody's notes in the package's folder stay there."""
    clone = tmp_path / "clone"
    run("git", "clone", "--quiet", ROOT, clone, cwd=tmp_path)
    (clone / "components" / "snapnames" / "notes.txt").write_text("my own\n", encoding="utf-8")
    (clone / "components" / "snapnames" / "rules" / "draft.py").write_text("x = 1\n", encoding="utf-8")

    run(UV, "build", "--quiet", "--sdist", "--out-dir", tmp_path, clone, cwd=tmp_path)
    run(UV, "build", "--quiet", "--wheel", "--out-dir", tmp_path, clone, cwd=tmp_path)

    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        packed = [name for name in archive.getnames() if name.endswith(("notes.txt", "draft.py", "rules/naming.py"))]
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        shipped = [name for name in wheel.namelist() if name.endswith(("notes.txt", "draft.py", "rules/naming.py"))]
    assert [name.rpartition("/")[2] for name in packed] == ["naming.py"]
    assert shipped == ["snapnames/rules/naming.py"]


def test_the_metadata_say_what_pyproject_says(wheel: Path) -> None:
    """The version has one place, the package itself."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        told = message_from_string(archive.read(metadata).decode())

    assert (told["Name"], told["Version"]) == ("pulumi-snapnames", snapnames.__version__)
    assert told["License-Expression"] == "Apache-2.0"
    assert sorted(told.get_all("Provides-Extra", [])) == ["cli", "testing"]


def test_an_import_of_the_package_imports_neither_pulumi_nor_boto3(installed: Installation, tmp_path: Path) -> None:
    """The plugin is loaded in every run of pytest beside the package, and `snapnames --help` answers at once."""
    script = (
        "import sys, snapnames.testing.plugin, snapnames.cli.entry; from snapnames import testing\n"
        "print([name for name in ('pulumi', 'pulumi_aws', 'boto3', 'moto', 'typer') if name in sys.modules])"
    )

    said = installed.run("python", "-c", script, cwd=tmp_path).stdout

    assert said == "[]\n"


def test_a_program_outside_the_repository_builds_a_named_image_with_the_installed_package(
    installed: Installation, tmp_path: Path, aws: LocalAws, engine: Engine
) -> None:
    """In a stack that imports nothing of this repository; the installed command lists what was made."""
    ec2 = aws.client("ec2")
    stack = outside(IMAGE_PROGRAM, tmp_path, installed, aws, engine, {"source": launch(ec2)})

    stack.up("--skip-preview")

    assert stack.outputs()["names"] == names(ec2, "web-1")
    assert names(ec2, "web-1") == {f"/dev/sd{letter}": f"web-1(00{n})" for n, letter in ((1, "a1"), (2, "f"), (3, "g"))}


def test_the_installed_command_works_from_any_folder(installed: Installation, tmp_path: Path) -> None:
    """Its help, and an error for a folder that is no project."""
    helped = installed.run("snapnames", "--help", cwd=tmp_path).stdout
    refused = installed.run(
        "snapnames",
        "releases",
        "--stack",
        "x",
        cwd=tmp_path,
        code=2,
        variables={"PULUMI_BACKEND_URL": f"file://{tmp_path}"},
    )

    assert all(command in helped for command in ("deploy", "rollback", "releases", "name-owned", "recover"))
    assert refused.stderr.startswith("error: ")
    assert "Traceback" not in refused.stderr


def test_without_its_extra_the_command_says_what_to_install(wheel: Path, tmp_path: Path) -> None:
    """The components need none of it."""
    bare = Installation.of(tmp_path / "venv", wheel, "", locked())

    refused = bare.run("snapnames", "releases", cwd=tmp_path, code=2)
    imported = bare.run("python", "-c", "from snapnames import *; print(Fleet.__name__)", cwd=tmp_path)

    assert "install the package with its extra `cli`" in refused.stderr
    assert "typer" in refused.stderr
    assert imported.stdout == "Fleet\n"


def test_a_type_checker_sees_the_types_of_the_installed_package(installed: Installation, tmp_path: Path) -> None:
    """A good program passes mypy --strict; a bad one gets the errors that it has."""
    (tmp_path / "good.py").write_text(IMAGE_PROGRAM, encoding="utf-8")
    (tmp_path / "bad.py").write_text(BAD, encoding="utf-8")
    # Reading all of pulumi_aws takes a minute, and nothing here is of its types.
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = true\n[mypy-pulumi_aws.*]\nfollow_imports = skip\n", "utf-8")
    check = (sys.executable, "-m", "mypy", "--python-executable", installed.python)

    said = run(*check, "good.py", "bad.py", cwd=tmp_path, code=1).stdout

    assert [line.split(" error: ")[1].rpartition("  [")[2] for line in said.splitlines() if " error: " in line] == [
        "typeddict-item]",
        "typeddict-item]",
    ]
    assert [line for line in said.splitlines() if line.startswith("good.py")] == []
