"""What a stack's images bear: the organization too, which pulumi leaves out where it is the user's default one."""

import os
from pathlib import Path

import pytest

from cli.stack import OpenStack

CLOUD = """#!/bin/sh
case "$*" in
*version*) echo v3.230.0 ;;
*config*) echo "{}" ;;
*"stack --show-name --fully-qualify-stack-names --stack dev") echo alice/front/dev ;;
*) exit 1 ;;
esac
"""
"""A pulumi that is logged in to Pulumi Cloud, which no test can reach."""


def test_the_organization_is_the_one_of_name_or_backend_and_pulumi_is_asked_for_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more command of pulumi costs time; a wrong organization is another owner's."""
    (tmp_path / "Pulumi.yaml").write_text("name: front\nruntime: python\n")
    (tmp_path / "pulumi").write_text(CLOUD)
    (tmp_path / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    def tag(name: str, backend: str) -> str:
        monkeypatch.setenv("PULUMI_BACKEND_URL", backend)
        return OpenStack(tmp_path, name).tag

    assert {backend: tag("dev", backend) for backend in ("", "https://api.pulumi.com")} == {
        "": "alice/front/dev",
        "https://api.pulumi.com": "alice/front/dev",
    }
    assert {backend: tag("test", backend) for backend in ("file://state", "s3://b?x=1", "gs://b", "azblob://b")} == {
        "file://state": "organization/front/test",
        "s3://b?x=1": "organization/front/test",
        "gs://b": "organization/front/test",
        "azblob://b": "organization/front/test",
    }
    assert [tag(name, "") for name in ("bob/dev", "bob/front/dev")] == ["bob/front/dev", "bob/front/dev"]
