"""Which service of a stack a command works on: the one of snapnames' own program, or one of several."""

from collections.abc import Collection, Mapping

from snapnames.cli.errors import CommandError, UsageError
from snapnames.cli.stack.steps import COPY, FLEET_KINDS, IMAGE, Steps, source_name
from snapnames.config.values import ConfigValues
from snapnames.printable import shell_command
from snapnames.rules.releases import release_of
from snapnames.rules.services import SERVICE, services_in


def chosen_service(config: Mapping[str, str], asked: str | None, file: str) -> tuple[str, bool]:
    """The name of the service, and whether its config is under that name. Raises `UsageError`.

    `config`: of the stack, by whole keys. `asked`: what the command was told. `file`: the name of the config file.
    """
    several, single = services_in(config), config.get(SERVICE, "")
    found = [*([single] if single else []), *several]
    if asked is None and (single or len(several) == 1):
        return (single, False) if single else (several[0], True)
    if asked in several or (asked is not None and asked == single):
        return asked, asked != single
    if found:
        said = f"--service is {asked!r}, and" if asked is not None else "no --service is given, and"
        raise UsageError(
            f"{said} {file} has {'the services' if len(found) > 1 else 'the service'} {', '.join(found)}: give one of "
            "them. A service is there when its source is set, as `pulumi config set front:source <id>` does"
        )
    if asked is not None:
        source = shell_command("pulumi", "config", "set", f"{asked}:source", "<instance id>")
        raise UsageError(
            f"--service is {asked!r}, and {file} has no {asked}:source; a service of a program of your own has its "
            f"config under its name: run {source}, and let the program take its releases "
            f"by snapnames.Service({asked!r})"
        )
    raise UsageError(
        f"{SERVICE} is not set in {file}; image names begin with it: run `pulumi config set {SERVICE} <name>`. If "
        "the program is one of your own, let it take its releases by `snapnames.Service(<name>)`, and run `pulumi "
        "config set <name>:source <instance id>`"
    )


def listed_of_others(config: Mapping[str, str], service: str) -> dict[str, tuple[str, ...]]:
    """The other services of the program, and the releases that the config lists of each.

    `service`: the one that the command works on; empty for snapnames' own program.
    """
    others, values = [other for other in services_in(config) if service and other != service], ConfigValues(config)
    return {other: _texts(values.json(f"{other}:releases", [])) for other in others}


def _texts(given: object) -> tuple[str, ...]:
    return tuple(map(str, given)) if isinstance(given, list) else ()


def refuse_others(steps: Steps, own: str, others: Collection[str]) -> None:
    """Raise `CommandError` if an update would build, launch or delete something of another service than `own`."""
    for other in others:
        theirs = [
            step
            for step in steps.seen
            if (step.kind == IMAGE and _service_of(step.name, [own, *others]) == other)
            or (step.kind == COPY and _service_of(source_name(step), [own, *others]) == other)
            or (step.kind in FLEET_KINDS and step.name == other)
        ]
        if theirs:
            raise CommandError(
                f"the update would also change service {other!r}: {', '.join(map(str, theirs))}. Nothing of this "
                "update was run: look at `pulumi preview`, and bring that service in line with its config first, by "
                "`pulumi up` or with its own `--service`"
            )


def _service_of(image_name: str, services: Collection[str]) -> str:
    """The service whose release the image is: of `web` and `web-api` the longer one, if both fit."""
    return max((one for one in services if release_of(one, image_name)), key=len, default="")
