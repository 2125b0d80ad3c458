"""Several sessions in one process, as a command for many accounts has them."""

from typing import Any

import pytest
from botocore.loaders import JSONFileLoader
from snapnames.aws.session import StackSession
from snapnames.testing.environment import aws_variables


def test_what_botocore_knows_of_ec2_is_read_once_for_all_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is some megabytes of JSON. Keys, regions and endpoints are each session's own."""
    for name, value in aws_variables("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    StackSession({"region": "eu-west-1"}).ec2()
    read: list[str] = []
    load = JSONFileLoader.load_file

    def counted(loader: JSONFileLoader, path: str) -> Any:  # noqa: ANN401 -- as botocore's own
        read.append(path)
        return load(loader, path)

    monkeypatch.setattr(JSONFileLoader, "load_file", counted)

    other = StackSession({"region": "us-east-1"}).ec2()

    assert read == []
    assert other.meta.region_name == "us-east-1"
