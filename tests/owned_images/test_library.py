"""`OwnedImages` in a program of somebody else, beside other resources."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.owned_images.accounts import TWO, Account
from tests.program import ROOT, Program

Library = Callable[..., Program]


@pytest.fixture
def library(tmp_path: Path, aws: LocalAws, engine: Engine) -> Library:
    """Make a stack of a program of this text."""

    def make(text: str, **config: object) -> Program:
        main = tmp_path / "main"
        main.mkdir()
        (main / "__main__.py").write_text(text, encoding="utf-8")
        return Program(tmp_path / "stack", aws, engine, config, main=main)

    return make


TWO_OF_THEM = """
import pulumi
import pulumi_aws as aws

from snapnames import OwnedImages

aws.ec2.LaunchTemplate("web", instance_type="t3.micro")
web = OwnedImages("web", {"names": ["web-*"], "overwrite": True, "record_output": "web"})
pulumi.export("web", web.record)
pulumi.export("kept", web.kept)
if pulumi.Config().get_bool("sql"):
    sql = OwnedImages(
        "sql",
        {
            "names": ["sql-*"],
            "name_pattern": "{image}:{index}",
            "record_output": "sql",
            "remove_names_on_destroy": True,
        },
    )
    pulumi.export("sql", sql.record)
"""


def test_two_of_them_in_one_program_name_their_own_images_beside_other_resources(
    account: Account, library: Library
) -> None:
    """Each knows its own record; the one that is taken out of the program leaves as a destroyed one does."""
    account.image("web-1", TWO)
    account.image("sql-1", TWO)
    stack = library(TWO_OF_THEM, sql=True)
    stack.up("--skip-preview")
    named = account.names()
    account.name("web-1:/dev/sda1", "by hand")
    account.name("sql-1:/dev/sda1", "by hand")

    stack.up("--skip-preview")
    kept = account.labelled(stack.outputs()["kept"])
    stack.config["sql"] = False
    stack.up("--skip-preview")

    assert named == {
        "web-1:/dev/sda1": "web-1(001)",
        "web-1:/dev/sdf": "web-1(002)",
        "sql-1:/dev/sda1": "sql-1:1",
        "sql-1:/dev/sdf": "sql-1:2",
    }
    assert kept == {
        "web-1:/dev/sda1": {
            "name": "by hand",
            "wanted": "web-1(001)",
            "why": "it was renamed since it was named here",
        }
    }
    assert account.names() == {
        "web-1:/dev/sda1": "by hand",
        "web-1:/dev/sdf": "web-1(002)",
        "sql-1:/dev/sda1": "by hand",
        "sql-1:/dev/sdf": None,
    }


PROVIDERS = """
import pulumi
import pulumi_aws as aws

from snapnames import OwnedImages

class Owner(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("test:index:Owner", name, {}, opts)

how = pulumi.Config().require("how")
if how == "default":
    opts = None
else:
    provider = aws.Provider("other", region="eu-central-1")
    opts = {
        "provider": lambda: pulumi.ResourceOptions(provider=provider),
        "providers": lambda: pulumi.ResourceOptions(providers={"aws": provider}),
        "parent": lambda: pulumi.ResourceOptions(
            parent=Owner("owner", pulumi.ResourceOptions(providers=[provider]))
        ),
    }[how]()
OwnedImages("all", {}, opts)
"""


def test_a_provider_of_its_own_is_refused_however_it_is_given(account: Account, library: Library) -> None:
    """The account is listed with the stack's config, so names could be given in another one."""
    account.image("web-1")
    stack = library(PROVIDERS, how="")

    refused = {}
    for how in ("provider", "providers", "parent"):
        stack.config["how"] = how
        refused[how] = stack.preview(code=1).out
    stack.config["how"] = "default"
    stack.up("--skip-preview")

    assert [how for how, out in refused.items() if _REFUSAL not in out or "Traceback" in out] == []
    assert account.names() == {"web-1:/dev/sda1": "web-1(001)"}


_REFUSAL = (
    "error: OwnedImages 'all' has a provider of its own; it lists the account with the stack's aws: config: leave the "
    "provider out, and set aws: config for a stack of its own"
)

BAD_ARGUMENTS = """
import json

import pulumi

from snapnames import OwnedImages

OwnedImages("all", json.loads(pulumi.Config().require("args")))
"""


@pytest.mark.parametrize(
    ("args", "fault"),
    [
        ('{"names_per_second": 0}', "names_per_second is 0; it is more than 0: set it so"),
        ('{"name_pattern": ""}', "name pattern '' is empty; "),
    ],
)
def test_bad_arguments_are_refused_before_anything_is_registered(
    aws: LocalAws, library: Library, args: str, fault: str
) -> None:
    """AWS is not asked either."""
    stack = library(BAD_ARGUMENTS, args=args)
    mark = aws.mark()

    refused = stack.preview(code=1).out

    assert f"error: {fault}" in refused
    assert "Traceback" not in refused
    assert aws.calls(mark) == []


def test_the_components_load_none_of_the_modules_of_ec2_before_one_is_needed() -> None:
    """There are 180 of them, and `OwnedImages` needs none: 0.4 s and 60 MB of every run."""
    shown = "import sys, snapnames; print([name for name in sys.modules if name.startswith('pulumi_aws.ec2.')])"

    ran = subprocess.run([sys.executable, "-c", shown], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout == "[]\n"
