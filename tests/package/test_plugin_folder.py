"""The folder that `pulumi package add <git url>/components@version` takes, run as Pulumi's newer Python host runs it.

Each test runs a copy, because a host of Pulumi makes a virtual environment in the folder.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc  # type: ignore[import-untyped]  # its stubs are not locked
import pytest
import yaml
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from dev.engine import Engine
from tests.program import ROOT

from .installation import UV, run

pytestmark = [pytest.mark.xdist_group("package"), pytest.mark.slow]

FOLDER = ROOT / "components"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What git tracks of the folder, in a place of its own."""
    listed = subprocess.run(["git", "ls-files", FOLDER], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in listed.split():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path / "components"


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The address at which the folder serves, with the packages of its requirements.txt in its `venv` and no others."""
    python = folder / "venv" / "bin" / "python"
    run(UV, "venv", "--quiet", folder / "venv", cwd=folder)
    run(
        *(UV, "pip", "install", "--quiet", "--require-hashes", "--python", python, "-r", folder / "requirements.txt"),
        cwd=folder,
    )
    variables = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    # The host gives the folder, and the address of the engine, which asking for a schema does not need.
    with subprocess.Popen(
        [python, "-u", folder, "127.0.0.1:9"], cwd=folder.parent, env=variables, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"127.0.0.1:{int(process.stdout.readline())}"
        process.terminate()


def test_the_folder_serves_the_schema_that_was_reviewed(served: str, engine: Engine, tmp_path: Path) -> None:
    """With nothing installed but its own requirements.txt. The CLI reads the schema as it reads that of the wheel."""
    with grpc.insecure_channel(served) as channel:
        answer = provider_pb2_grpc.ResourceProviderStub(channel).GetSchema(provider_pb2.GetSchemaRequest(), timeout=60)
    (tmp_path / "served.json").write_text(answer.schema, encoding="utf-8")
    variables = {"PULUMI_HOME": str(tmp_path / "home"), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    said = run(
        engine.bin / "pulumi", "package", "get-schema", tmp_path / "served.json", cwd=tmp_path, variables=variables
    )

    assert json.loads(said.stdout) == json.loads((ROOT / "docs" / "schema.json").read_text(encoding="utf-8"))


@pytest.mark.skipif(not os.environ.get("SNAPNAMES_EVERY_LANGUAGE"), reason="installs by pip: make test-full runs it")
def test_pulumi_itself_reads_the_schema_of_the_folder(folder: Path, engine: Engine, tmp_path: Path) -> None:
    """By the host of the built engine, which installs the packages into the folder itself. This one is a copy."""
    variables = {
        "PATH": f"{engine.bin}:{Path(sys.executable).parent}:/usr/bin:/bin",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PIP_COMPILE": "0",  # takes a minute for pulumi-aws
    }

    said = run(engine.bin / "pulumi", "package", "get-schema", folder, cwd=tmp_path, variables=variables).stdout

    shown = said[said.index("{\n") :]  # what pip prints stands before it
    assert json.loads(shown) == json.loads((ROOT / "docs" / "schema.json").read_text(encoding="utf-8"))


def test_the_folder_says_no_more_than_its_language() -> None:
    """Pulumi then makes a virtual environment of its own in its copy, and never one that is there already."""
    assert yaml.safe_load((FOLDER / "PulumiPlugin.yaml").read_text(encoding="utf-8")) == {"runtime": "python"}


def test_no_tool_has_left_anything_in_the_folder_of_this_repository() -> None:
    """No virtual environment, and no metadata of an installation."""
    beside = {path.name for path in FOLDER.iterdir()} - {"__pycache__", ".mypy_cache", ".ruff_cache"}

    assert beside == {"PulumiPlugin.yaml", "__main__.py", "requirements.txt", "snapnames", "pulumi_snapnames"}
