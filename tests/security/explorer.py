"""Sequences of calls that the holder of a policy may do, and what each does to things of others.

A small account is played through in plain Python: tags, images, launch settings and groups. What IAM asks for a call is
what the local AWS asks. Each call of a fixed set of dangerous ones is tried in each state that allowed calls lead to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from snapnames.testing.localaws.authorization import Call, Template, requests
from snapnames.testing.localaws.policies import Policy

OURS, THEIRS = "organization/snapnames/production", "organization/snapnames/admin"
MARK, KEY = ("snapnames:stack", OURS), ("access", "granted")
NAMES = ("front-web-x", "x")
"""Names that are tried: one like those of the service, and another."""

_KINDS = {"snap": "snapshot", "ami": "image", "i": "instance", "lt": "launch-template"}


@dataclass(frozen=True)
class Thing:
    """A resource, as far as policies and launches look at it."""

    tags: frozenset[tuple[str, str]] = frozenset()
    theirs: bool = True
    launches: str = ""
    """The image of a template or a launch configuration; the template or the configuration of a group."""


Account = Mapping[str, Thing]
"""Id or name to what it is. A launch configuration is `lc:NAME`, a group `asg:NAME`."""


def account() -> Account:
    """Of a service front-web, of a service front-web-admin, and of others; `web-prod` is a group made by hand."""
    ours, admins = frozenset({MARK}), frozenset({("snapnames:stack", THEIRS)})
    return {
        "snap-ours": Thing(_named("front-web-1(001)"), theirs=False),
        "ami-ours": Thing(ours, theirs=False),
        "i-ours": Thing(frozenset({("service", "front-web")}), theirs=False),
        "lt-ours": Thing(ours, theirs=False, launches="ami-ours"),
        "lc:front-web-1a2b3c4": Thing(theirs=False, launches="ami-ours"),
        "asg:front-web-1234567": Thing(ours, theirs=False, launches="lc:front-web-1a2b3c4"),
        "snap-backup": Thing(_named("nightly backup")),
        "snap-unnamed": Thing(),
        "snap-admin": Thing(_named("front-web-admin-1(001)")),
        "ami-base": Thing(),
        "ami-admin": Thing(admins),
        "i-admin": Thing(frozenset({("service", "front-web-admin")})),
        "lt-admin": Thing(admins, launches="ami-admin"),
        "lc:front-web-admin-1a2b3c4": Thing(launches="ami-admin"),
        "asg:front-web-admin-1234567": Thing(admins, launches="lc:front-web-admin-1a2b3c4"),
        "asg:web-prod": Thing(launches="lc:front-web-admin-1a2b3c4"),
    }


def _named(name: str) -> frozenset[tuple[str, str]]:
    return frozenset({("Name", name)})


@dataclass(frozen=True)
class Try:
    """A call on one thing, what it is to IAM, and what it makes of the account."""

    said: str
    """For people."""

    service: str
    action: str
    parameters: Mapping[str, str] = field(hash=False)
    on: str
    becomes: Thing | None
    """What the thing is afterwards; None where it is gone."""

    harm: str = ""
    """What it does, if that is to something of others, or beyond what a deployment does."""


def tries(state: Account) -> Iterator[Try]:
    """The dangerous calls on each thing."""
    for name, thing in state.items():
        kind = name.partition("-")[0]
        if kind in _KINDS:
            yield from _tags(name, thing)
        if kind in ("snap", "ami"):
            yield from _deletes(name, thing, kind)
        elif kind == "i":
            yield _imaged(name, thing)
        elif kind == "lt":
            yield from _versions(name, thing, state)
        elif name.startswith("lc:"):
            yield _autoscaling(name, thing, "DeleteLaunchConfiguration", {"LaunchConfigurationName": name[3:]}, None)
        elif name.startswith("asg:"):
            yield from _groups(name, thing, state)
    yield from _configurations(state)


def _tags(name: str, thing: Thing) -> Iterator[Try]:
    for key, value in (*(("Name", one) for one in NAMES), MARK, ("service", "front-web"), KEY):
        after = replace(thing, tags=frozenset({*(tag for tag in thing.tags if tag[0] != key), (key, value)}))
        if after != thing:
            given = {"ResourceId.1": name, "Tag.1.Key": key, "Tag.1.Value": value}
            yield _ec2("CreateTags", name, given, after, _tagged(name, thing, key), f"{key}={value}")
    for key, _ in thing.tags:
        after = replace(thing, tags=frozenset(tag for tag in thing.tags if tag[0] != key))
        given = {"ResourceId.1": name, "Tag.1.Key": key}
        yield _ec2("DeleteTags", name, given, after, _tagged(name, thing, key), key)


def _tagged(name: str, thing: Thing, key: str) -> str:
    if key == "Name" and thing.theirs:
        return f"{'renames' if any(tag == 'Name' for tag, _ in thing.tags) else 'names'} {name}"
    return f"tags {name}" if thing.theirs or key == KEY[0] else ""


def _ec2(action: str, name: str, given: Mapping[str, str], after: Thing | None, harm: str, *more: str) -> Try:
    return Try(" ".join([action, name, *more]), "ec2", action, given, name, after, harm)


def _deletes(name: str, thing: Thing, kind: str) -> Iterator[Try]:
    action, parameter = {"snap": ("DeleteSnapshot", "SnapshotId"), "ami": ("DeregisterImage", "ImageId")}[kind]
    yield _ec2(action, name, {parameter: name}, None, f"deletes {name}" if thing.theirs else "")


def _imaged(name: str, thing: Thing) -> Try:
    tags = {"ResourceType": "image", "Tag.1.Key": MARK[0], "Tag.1.Value": MARK[1]}
    given = {"InstanceId": name, **{f"TagSpecification.1.{key}": value for key, value in tags.items()}}
    made = Thing(frozenset({MARK}), theirs=thing.theirs)
    done = _ec2("CreateImage", name, given, made, f"copies the disks of {name}" if thing.theirs else "")
    return replace(done, on="ami-new")


def _versions(name: str, thing: Thing, state: Account) -> Iterator[Try]:
    yield _ec2(
        "DeleteLaunchTemplate", name, {"LaunchTemplateId": name}, None, f"deletes {name}" if thing.theirs else ""
    )
    for image in _images(state):
        given = {"LaunchTemplateId": name, "LaunchTemplateData.ImageId": image}
        harm = f"changes {name}" if thing.theirs else ""
        yield _ec2("CreateLaunchTemplateVersion", name, given, replace(thing, launches=image), harm, image)


def _images(state: Account) -> list[str]:
    return [name for name in state if name.startswith("ami-")]


def _configurations(state: Account) -> Iterator[Try]:
    for image in _images(state):
        for name in ("front-web-0000000", "front-web-admin-0000000"):
            given = {"LaunchConfigurationName": name, "ImageId": image, "InstanceType": "t3.micro"}
            harm = f"makes a launch configuration of {image}" if state[image].theirs else ""
            harm = "makes a launch configuration with the name of another service" if "admin" in name else harm
            made = Thing(theirs=False, launches=image)
            yield _autoscaling(f"lc:{name}", made, "CreateLaunchConfiguration", given, made, harm, image)


def _groups(name: str, thing: Thing, state: Account) -> Iterator[Try]:
    group = {"AutoScalingGroupName": name[4:]}
    yield _autoscaling(name, thing, "DeleteAutoScalingGroup", group, None)
    for key, value in (MARK, KEY):
        given = {"ResourceId": name[4:], "Key": key, "Value": value}
        after = replace(thing, tags=frozenset({*(tag for tag in thing.tags if tag[0] != key), (key, value)}))
        tags = {f"Tags.member.1.{part}": text for part, text in given.items()}
        harm = _tagged(name, thing, key)
        yield _autoscaling(name, thing, "CreateOrUpdateTags", tags, after, harm, f"{key}={value}")
    for source in (one for one in state if one.startswith(("lc:", "lt-"))):
        template = {"LaunchTemplate.LaunchTemplateId": source, "LaunchTemplate.Version": "1"}
        given = template if source.startswith("lt-") else {"LaunchConfigurationName": source[3:]}
        image = state[source].launches
        harm = f"launches {image}" if image in state and state[image].theirs else ""
        after = replace(thing, launches=source)
        yield _autoscaling(name, thing, "UpdateAutoScalingGroup", group | given, after, harm, source)


def _autoscaling(
    name: str, thing: Thing, action: str, given: Mapping[str, str], after: Thing | None, harm: str = "", *more: str
) -> Try:
    if thing.theirs:
        does = f"{'deletes' if after is None else 'changes'} {name}"
        harm = f"{does} and {harm}" if harm else does
    return Try(" ".join([action, name, *more]), "autoscaling", action, given, name, after, harm)


def allowed(policy: Policy, state: Account, one: Try) -> bool:
    """Whether the policy allows all that AWS asks for the call."""

    def tags_of(name: str) -> Mapping[str, str]:
        thing = state.get(name) or state.get(f"asg:{name}")
        return dict(thing.tags) if thing else {}

    def template(named: Mapping[str, str]) -> Template | None:
        name = named.get("LaunchTemplateId", "")
        if not (found := state.get(name)):
            return None
        return Template(name, found.launches, instance_type="t3.micro", key_name="", profile="")

    call = Call(one.service, one.action, "ap-northeast-2", "123456789012", one.parameters, tags_of, template)
    asked = requests(call)
    return asked is not None and all(policy.allows(request) for request in asked)


def harms(document: Mapping[str, object], length: int = 3) -> dict[str, tuple[str, ...]]:
    """Each harm that so many calls can do, with the first of the shortest sequences that do it."""
    policy = Policy(document)
    found: dict[str, tuple[str, ...]] = {}
    first = account()
    seen = {frozenset(first.items())}
    edge: list[tuple[Account, tuple[str, ...]]] = [(first, ())]
    for _ in range(length):
        reached: list[tuple[Account, tuple[str, ...]]] = []
        for state, way in edge:
            for one in (one for one in tries(state) if allowed(policy, state, one)):
                taken = (*way, one.said)
                if one.harm:
                    found.setdefault(one.harm, taken)
                after = {name: thing for name, thing in state.items() if name != one.on}
                after |= {one.on: one.becomes} if one.becomes else {}
                if (facts := frozenset(after.items())) not in seen:
                    seen.add(facts)
                    reached.append((after, taken))
        edge = reached
    return found
