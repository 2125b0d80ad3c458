"""The program's config, read and checked as a whole before any resource is registered."""

import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import config as pulumi_config

from snapnames.config.copies import read_copies
from snapnames.config.fleet import UNSEEN, read_fleet
from snapnames.config.owned_images import read_owned_images
from snapnames.config.sharing import read_parameter, read_share_with
from snapnames.config.values import TEXT_MAP, TEXTS, ConfigValues
from snapnames.printable import printable
from snapnames.rules.copies import CopySettings
from snapnames.rules.naming import DEFAULT_PATTERN, check_image_name, check_pattern
from snapnames.rules.releases import image_name
from snapnames.rules.services import NAMESPACE, SERVICE_KEYS, namespace_of
from snapnames.rules.sharing import Recipient
from snapnames.rules.source import FLEET
from snapnames.rules.tags import check_image_tags
from snapnames.rules.time_spans import DEFAULT_CREATE_TIMEOUT

KEYS = ("service", *SERVICE_KEYS, "takenIn", "fleet", "ownedImages")
_NOT_OF_RELEASES = ("namePattern", "ownedImages")
MAX_DESCRIPTION = 255
"""Characters: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html."""

IMAGE_ID = re.compile(r"ami-([0-9a-f]{8}|[0-9a-f]{17})")
INSTANCE_ID = re.compile(r"i-([0-9a-f]{8}|[0-9a-f]{17})")

IN_USE = "in-use"
"""The check of `snapnames:force` for images of dropped releases that something outside the stack uses."""

OTHER_OWNER = "other-owner"
"""The check of `snapnames:force` for a group that is taken over and that something else manages."""

_CHECKS = (IN_USE, OTHER_OWNER)


@dataclass(frozen=True)
class Settings:
    """What a stack's config asks for. Every value has passed its check."""

    service: str
    releases: tuple[str, ...]
    """Newest first; empty for a stack of owned images alone."""

    taken_in: Mapping[str, str]
    """Release to the id of its image, of the releases that others built."""

    live: str
    """The release that the fleet runs."""

    force: tuple[str, ...]
    """The checks that are switched off. `in-use`: destroy a dropped image even if something outside the stack uses it.
    """

    source: str | Mapping[str, str]
    """An instance id, or tags that pick one."""

    name_pattern: str
    reboot: bool
    description: str
    image_tags: Mapping[str, str]
    snapshot_tags: Mapping[str, str]
    deprecate_after: str
    """The time span from the build until the image becomes deprecated. Empty: never."""

    create_timeout: str
    fleet: Mapping[str, Any] | None
    """`FleetArgs` without the image."""

    owned_images: Mapping[str, Any] | None
    """`OwnedImagesArgs`, or None when the account's other images are left alone."""

    home: str = ""
    """The region of the stack; empty if neither `aws:region` nor AWS_REGION says it."""

    copies: Mapping[str, CopySettings] = field(default_factory=dict)
    """Region to what the copies of all releases get there. Empty: nothing is copied."""

    share_with: tuple[Recipient, ...] = ()
    """Who else may launch the images."""

    parameter: str = ""
    """The parameter that has the id of the live release's image; empty without one."""

    own_config: bool = False
    """Whether the service has its config under its own name, beside other services of a program of one's own."""

    @property
    def namespace(self) -> str:
        """What the keys of the config begin with."""
        return namespace_of(self.service if self.own_config else "")

    def image_name(self, release: str) -> str:
        """The image of a release is called `<service>-<release>`."""
        return image_name(self.service, release)


def read_settings(config: Mapping[str, Any] | None = None, service: str = "") -> Settings:
    """Read the config of the running program's stack, or `config`. Raises `InputError` with a line for every fault.

    `service`: the service of a program of one's own, which has its config under its name, and may have no release yet.
    """
    given = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()} if config is None else config
    namespace = namespace_of(service)
    own = {key.removeprefix(namespace): v for key, v in given.items() if key.startswith(namespace)}
    values = ConfigValues(own, service)
    values.refuse_unknown(SERVICE_KEYS if service else KEYS)
    owned_images = read_owned_images(values)
    home = given.get("aws:region") or os.environ.get("AWS_REGION", "")
    # A stack that has only owned images sets no service.
    released = owned_images is None or values.has(*(key for key in KEYS if key not in _NOT_OF_RELEASES))
    releases = _releases(values, needed=not service) if released else ()
    settings = Settings(
        service=service or (_service(values) if released else ""),
        releases=releases,
        taken_in=_taken_in(values, releases),
        live=_live(values, releases),
        force=_force(values),
        source=_source(values, own_config=bool(service)) if released else "",
        name_pattern=values.text("namePattern", DEFAULT_PATTERN),
        reboot=values.truth("reboot"),
        description=values.text("description", ""),
        image_tags=values.typed("imageTags", values.json("imageTags", {}), TEXT_MAP) or {},
        snapshot_tags=values.typed("snapshotTags", values.json("snapshotTags", {}), TEXT_MAP) or {},
        deprecate_after=values.duration("deprecateAfter", ""),
        create_timeout=values.duration("createTimeout", DEFAULT_CREATE_TIMEOUT),
        share_with=read_share_with(values, given, home),
        parameter=read_parameter(values, given),
        fleet=read_fleet(values),
        owned_images=owned_images,
        home=home,
        copies=read_copies(values, home),
        own_config=bool(service),
    )
    _check(values, settings)
    values.raise_faults()
    return settings


def _check(values: ConfigValues, settings: Settings) -> None:
    values.refuse_unprintable("source", "description", "fleet", "ownedImages", unseen=UNSEEN)
    if settings.service:
        for release in settings.releases:
            name = settings.image_name(release)
            own = "" if settings.own_config else f"{NAMESPACE}service or "
            values.check(check_image_name, name, f"{own}{NAMESPACE}releases")
    values.check(check_pattern, settings.name_pattern, f"{NAMESPACE}namePattern")
    values.check(check_image_tags, settings.image_tags, f"{NAMESPACE}imageTags")
    values.check(check_image_tags, settings.snapshot_tags, f"{NAMESPACE}snapshotTags")
    if len(settings.description) > MAX_DESCRIPTION:
        values.fault(
            f"{NAMESPACE}description has {len(settings.description)} characters; EC2 takes at most {MAX_DESCRIPTION}: "
            "shorten it"
        )


def _service(values: ConfigValues) -> str:
    service = values.text("service", "")
    if not service:
        values.fault(f"{NAMESPACE}service is not set; image names begin with it: set it to the service's name")
    return service


def _releases(values: ConfigValues, *, needed: bool) -> tuple[str, ...]:
    releases = values.json("releases", [])
    if releases == [] and not needed:
        return ()
    if releases == []:
        values.fault(
            f"{NAMESPACE}releases is empty; it lists the releases to keep, newest first: add one, e.g. '20180307231207'"
        )
        return ()
    if values.typed("releases", releases, TEXTS) is None:
        return ()
    for release in dict.fromkeys(r for r in releases if releases.count(r) > 1):
        values.fault(
            f"{NAMESPACE}releases lists {release!r} {releases.count(release)} times; a release has one image: list "
            "it once"
        )
    return tuple(releases)


def _taken_in(values: ConfigValues, releases: tuple[str, ...]) -> Mapping[str, str]:
    taken = values.typed("takenIn", values.json("takenIn", {}), TEXT_MAP) or {}
    for release, times in values.keys("takenIn").items():
        if times > 1:
            values.fault(
                f"{NAMESPACE}takenIn has {release!r} {times} times; a release has one image: list it once, with its id"
            )
    for release, image_id in taken.items():
        if not IMAGE_ID.fullmatch(image_id):
            values.fault(
                f"{NAMESPACE}takenIn.{printable(release)} is {image_id!r}; it is the id of an image, ami- and 8 or 17 "
                "hexadecimal digits: write the id of the image that others built for this release"
            )
        if releases and release not in releases:
            values.fault(
                f"{NAMESPACE}takenIn has {release!r}, which {NAMESPACE}releases does not list: list it, or take it out "
                "of takenIn; its image stays either way"
            )
    for image_id, count in Counter(taken.values()).items():
        if count > 1:
            both = ", ".join(repr(release) for release, one in taken.items() if one == image_id)
            values.fault(
                f"{NAMESPACE}takenIn gives {both} the same image {image_id}; a release has its own: take one out"
            )
    return taken


def forced_checks(given: object) -> tuple[str, ...] | None:
    """The checks that the value of `snapnames:force` switches off; None if it is neither a list of them nor a truth.

    >>> forced_checks(["in-use"]), forced_checks(True), forced_checks("in-use")
    (('in-use',), ('in-use',), None)
    """
    if isinstance(given, bool):
        return (IN_USE,) if given else ()
    return tuple(given) if isinstance(given, list) and all(one in _CHECKS for one in given) else None


def _force(values: ConfigValues) -> tuple[str, ...]:
    given = values.json("force", [])
    if given is True:
        pulumi.log.warn(
            f"{NAMESPACE}force is true, which does not say what it forces: write `pulumi config set --path "
            f"'{NAMESPACE}force[0]' {IN_USE}` after `pulumi config rm {NAMESPACE}force`"
        )
    forced = forced_checks(given)
    if forced is None:
        values.fault(
            f"{NAMESPACE}force is {given!r}; it lists the checks to switch off, which are {' and '.join(_CHECKS)}: "
            f"write [{IN_USE}]"
        )
    return forced or ()


def _live(values: ConfigValues, releases: tuple[str, ...]) -> str:
    live = values.text("live", releases[0] if releases else "")
    if releases and live not in releases:
        values.fault(
            f"{NAMESPACE}live is {live!r}, which is not in {NAMESPACE}releases ({', '.join(releases)}); the fleet runs "
            "one of these: put it back into the list, or set live to one of them"
        )
    return live


def _source(values: ConfigValues, *, own_config: bool) -> str | Mapping[str, str]:
    source = values.json("source", None)
    rule = (
        "it is an instance id, or tags that pick a running instance, e.g. {'role': 'web'}"
        if own_config
        else "it is an instance id, tags that pick a running instance, e.g. {'role': 'web'}, or 'fleet', for an "
        "instance of the stack's own group"
    )
    if source is None:
        values.fault(f"{NAMESPACE}source is not set; {rule}: set it")
    elif source == FLEET:
        if own_config:
            values.fault(f"{NAMESPACE}source is {FLEET!r}; {rule}: write one of the two")
        elif not values.has("fleet"):
            values.fault(
                f"{NAMESPACE}source is {FLEET!r}, and the stack has no fleet, which launches its instances: set "
                f"{NAMESPACE}fleet, or give an instance id or tags"
            )
        return FLEET
    elif isinstance(source, str):
        if not INSTANCE_ID.fullmatch(source):
            values.fault(f"{NAMESPACE}source is {source!r}; {rule}: an id is i- and 8 or 17 hexadecimal digits")
        return source
    elif isinstance(source, dict) and source and all(isinstance(v, str) for v in source.values()):
        return source
    else:
        values.fault(f"{NAMESPACE}source is {source!r}; {rule}: write one of the {'two' if own_config else 'three'}")
    return ""
