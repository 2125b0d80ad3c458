"""What `make release-check` builds."""

import hashlib
import json
import os
import tarfile
from pathlib import Path

import pytest
import snapnames
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from dev import sbom
from dev.release import build, main
from tests.program import ROOT

pytestmark = [pytest.mark.xdist_group("package"), pytest.mark.slow]


def _sums(folder: Path) -> dict[str, str]:
    lines = [line.partition("  ") for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines()]
    return {name: digest for digest, _, name in lines}


def test_a_release_is_wheel_source_schema_and_sbom_with_their_checksums_and_nothing_is_wrong(tmp_path: Path) -> None:
    """Two builds are the same, and the wheel is what git tracks."""
    folder = tmp_path / "release"

    faults = list(build(folder, with_sdks=False))

    files = [path for path in folder.iterdir() if path.name != "SHA256SUMS"]
    assert faults == []
    assert _sums(folder) == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert sorted(path.name.partition("-")[0] for path in files) == [
        *("pulumi_snapnames", "pulumi_snapnames", "sbom.cdx.json", "schema.json"),
    ]


@pytest.mark.skipif(not os.environ.get("SNAPNAMES_EVERY_LANGUAGE"), reason="makes the SDKs: make test-full runs it")
def test_a_release_also_has_the_sdks_which_are_the_same_in_two_builds(tmp_path: Path) -> None:
    """The one of TypeScript says the version that the engine looks for."""
    folder, version = tmp_path / "release", snapnames.__version__

    faults = list(build(folder, with_sdks=True))

    with tarfile.open(folder / f"snapnames-typescript-{version}.tgz") as archive:
        package = archive.extractfile("package/package.json")
        assert package is not None
        told = json.load(package)
    with tarfile.open(folder / f"snapnames-go-{version}.tar.gz") as archive:
        modules = [name for name in archive.getnames() if name in {"go.mod", "go.sum", "snapnames/fleet.go"}]
    assert faults == []
    assert told["version"] == told["pulumi"]["version"] == version
    assert modules == ["go.mod", "go.sum", "snapnames/fleet.go"]
    assert len(_sums(folder)) == 6


def test_the_sbom_is_cyclonedx_and_names_what_the_lock_has(tmp_path: Path) -> None:
    """With no path of this machine, and no address of the user's own index."""
    file = tmp_path / "sbom.cdx.json"

    sbom.write(file)

    text = file.read_text(encoding="utf-8")
    told = json.loads(text)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert list(sbom.faults(file)) == []
    assert told["metadata"]["component"]["purl"] == f"pkg:pypi/pulumi-snapnames@{snapnames.__version__}"
    assert [word for word in (str(ROOT), str(tmp_path), str(Path.home())) if word in text] == []


def test_an_sbom_that_differs_from_the_lock_is_found(tmp_path: Path) -> None:
    """A package that is missing, one of another version, and one with another hash."""
    file = tmp_path / "sbom.cdx.json"
    sbom.write(file)
    told = json.loads(file.read_bytes())
    by_name = {one["name"]: one for one in told["components"]}
    told["components"].remove(by_name["boto3"])
    by_name["typer"]["purl"] = "pkg:pypi/typer@0.0.1"
    by_name["rich"]["externalReferences"] = []
    file.write_text(json.dumps(told), encoding="utf-8")

    found = list(sbom.faults(file))

    assert len(found) == 4
    assert [one for one in ("boto3@", "typer@0.0.1 is in it and not locked", "rich@") if one not in str(found)] == []


def test_a_tag_of_another_version_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is built."""
    monkeypatch.setenv("PATH", "/nowhere")

    code = main(["--tag", "v9.9.9"])

    assert code == 1
    assert f"error: the tag is 'v9.9.9': of version {snapnames.__version__} it has to be" in capsys.readouterr().err
