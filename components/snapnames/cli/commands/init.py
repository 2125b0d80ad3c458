"""Writes the files of a new stack: a Pulumi project, its program, and the config of a service."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from snapnames.cli.display import Display
from snapnames.cli.errors import UsageError
from snapnames.config.settings import INSTANCE_ID, read_settings
from snapnames.errors import InputError

PROGRAM = '''"""The program of a snapnames stack. Its config says what it declares."""

from snapnames.program.stack import declare_stack

declare_stack()
'''

_STACK_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_EXAMPLE_RELEASE = "1"
"""Only to check the config: `deploy` writes the first release."""

_COMMENT = """\
# The stack {stack} of the service {service}. `snapnames deploy` writes the list of releases into this file.
# - source: a running instance with these tags is what the next image is made of. The fleet gets the same tags.
# - fleet.instanceRefresh: a deployment replaces the instances, and waits for them.
# - fleet.template.metadataOptions: instances answer only to IMDSv2.
"""
_COMMENT_ELB = """\
# - fleet.healthCheck: an instance is healthy if the load balancer says so. Give fleet.healthCheckGracePeriod as many
#   seconds as the service needs to start.
"""


@dataclass(frozen=True)
class NewStack:
    """What a new stack is made of, as the caller gave it."""

    service: str
    stack: str
    region: str
    instance_type: str
    subnets: Sequence[str]
    zones: Sequence[str]
    source: Sequence[str]
    """Tags as KEY=VALUE, or one instance id."""

    target_groups: Sequence[str]
    sizes: tuple[int, int]
    """The smallest and the largest number of instances."""

    def config(self) -> dict[str, Any]:
        """The config of the stack, without a release. Raises `UsageError` for what the program would refuse."""
        source = self._source()
        balanced = {"group": {"targetGroupArns": list(self.target_groups)}} if self.target_groups else {}
        fleet = {
            "launch": "template",
            "instanceType": self.instance_type,
            **({"subnets": list(self.subnets)} if self.subnets else {}),
            **({"zones": list(self.zones)} if self.zones else {}),
            "minSize": self.sizes[0],
            "maxSize": self.sizes[1],
            **({"tags": source} if isinstance(source, dict) else {}),
            **({"healthCheck": "ELB"} if balanced else {}),
            "instanceRefresh": {},
            **balanced,
            "template": {"metadataOptions": {"httpTokens": "required"}},
        }
        config: dict[str, Any] = {
            "aws:region": self.region,
            "snapnames:service": self.service,
            "snapnames:source": source,
            "snapnames:releases": [],
            "snapnames:fleet": fleet,
        }
        return accepted(config)

    def _source(self) -> str | dict[str, str]:
        return source_of(self.source or [f"service={self.service}"])

    def files(self, *, own_python: bool) -> dict[str, str]:
        """File name to content. `own_python`: whether the folder has a virtual environment `.venv`. See `config`."""
        comment = _COMMENT + (_COMMENT_ELB if self.target_groups else "")
        comment = comment.format(stack=self.stack, service=self.service)
        return project_files(self.service, self.stack, self.config(), comment, own_python=own_python)


def source_of(given: Sequence[str]) -> str | dict[str, str]:
    """The source, of what `--source` was given: one id of an instance, or tags as KEY=VALUE. Raises `UsageError`."""
    if len(given) == 1 and INSTANCE_ID.fullmatch(given[0]):
        return given[0]
    tags = dict[str, str]()
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UsageError(
                f"--source {text} is no tag and no instance id; the source is tags as KEY=VALUE, or one id of an "
                "instance: give one of them"
            )
        tags[key] = value
    return tags


def accepted(config: dict[str, Any]) -> dict[str, Any]:
    """The config, which may list no release yet. Raises `UsageError` for what the program would refuse."""
    try:
        read_settings({**config, "snapnames:releases": config["snapnames:releases"] or [_EXAMPLE_RELEASE]})
    except InputError as error:
        raise UsageError(f"such a stack would be refused, nothing was written: {error}") from error
    return config


def project_files(
    service: str, stack: str, config: Mapping[str, Any], comment: str, *, own_python: bool
) -> dict[str, str]:
    """File name to content, of a project with one stack. `own_python`: whether the folder has a `.venv`.

    Raises `UsageError` for a name that no stack can have.
    """
    if not _STACK_NAME.fullmatch(stack):
        raise UsageError(
            f"--stack {stack} is no name of a stack; Pulumi takes 1 to 100 letters, digits, - _ and . : give such "
            "a name"
        )
    text = yaml.safe_dump({"config": config}, sort_keys=False, width=120, allow_unicode=True)
    runtime: Mapping[str, Any] = {"name": "python", **({"options": {"virtualenv": ".venv"}} if own_python else {})}
    project = {
        "name": re.sub(r"[^A-Za-z0-9_.-]", "-", service),
        "description": f"Images of {service} with named snapshots, and the fleet that launches from them",
        "runtime": runtime,
    }
    return {
        "Pulumi.yaml": yaml.safe_dump(project, sort_keys=False, width=120, allow_unicode=True),
        "__main__.py": PROGRAM,
        f"Pulumi.{stack}.yaml": comment + text,
    }


def init(folder: Path, new: NewStack, display: Display) -> dict[str, Any]:
    """Write the files, and say what comes next. Raises `UsageError`, and writes nothing, if one is there and differs.

    Runs neither Pulumi nor a call to AWS.
    """
    written = write_files(folder, new.files(own_python=(folder / ".venv").is_dir()), display)
    display.say("Nothing was asked of AWS. Next:")
    for step in (f"pulumi stack init {new.stack}", f"snapnames deploy --stack {new.stack} --preview"):
        display.say(f"  {step}")
    return {"written": written, "stack": new.stack}


def write_files(folder: Path, files: Mapping[str, str], display: Display) -> list[str]:
    """Write the files that are not there, and name them. Raises `UsageError`, and writes nothing, if one differs."""
    there = {name: (folder / name).read_text(encoding="utf-8") for name in files if (folder / name).exists()}
    other = [name for name, text in there.items() if text != files[name]]
    if other:
        raise UsageError(
            f"{', '.join(other)} is in {folder.resolve()} already and says something else; nothing was written: choose "
            "another --cwd or --stack, or move the file away"
        )
    for name in files:
        if name not in there:
            (folder / name).write_text(files[name], encoding="utf-8")
    written = [name for name in files if name not in there]
    display.say(f"written: {', '.join(written) or 'nothing, all files were there'}")
    return written
