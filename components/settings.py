"""The program's config, read and checked as a whole before any resource is registered."""

import difflib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pulumi.runtime import config as pulumi_config

from .errors import InputError
from .fleet import FleetArgs, check_fleet
from .image_tags import check_image_tags
from .named_image import DEFAULT_CREATE_TIMEOUT
from .naming import DEFAULT_PATTERN, check_image_name, check_pattern

NAMESPACE = "snapnames:"
KEYS = ("service", "source", "releases", "namePattern", "reboot", "imageTags", "createTimeout", "fleet")
_INSTANCE_ID = re.compile(r"i-([0-9a-f]{8}|[0-9a-f]{17})")
_DURATION = re.compile(r"([1-9][0-9]{0,4}(h|m|s))+")
"""Of what Go's time.ParseDuration takes; it refuses one that is longer than 292 years."""

_TEXT, _WHOLE, _TEXTS, _TEXT_MAP = "text", "a whole number", "a list of texts", "a map of texts"
_FLEET_KEYS = {
    "instanceType": ("instance_type", _TEXT),
    "minSize": ("min_size", _WHOLE),
    "maxSize": ("max_size", _WHOLE),
    "desiredCapacity": ("desired_capacity", _WHOLE),
    "zones": ("zones", _TEXTS),
    "subnets": ("subnets", _TEXTS),
    "securityGroups": ("security_groups", _TEXTS),
    "keyName": ("key_name", _TEXT),
    "instanceProfile": ("instance_profile", _TEXT),
    "userData": ("user_data", _TEXT),
    "healthCheck": ("health_check", _TEXT),
    "healthCheckGracePeriod": ("health_check_grace_period", _WHOLE),
    "tags": ("tags", _TEXT_MAP),
}


@dataclass(frozen=True)
class Settings:
    """What a stack's config asks for. Every value has passed its check."""

    service: str
    releases: tuple[str, ...]
    """Newest first."""

    source: str | Mapping[str, str]
    """An instance id, or tags that pick one."""

    name_pattern: str
    reboot: bool
    image_tags: Mapping[str, str]
    create_timeout: str
    fleet: Mapping[str, Any] | None
    """`FleetArgs` without the image."""

    def image_name(self, release: str) -> str:
        """The image of a release is called `<service>-<release>`."""
        return f"{self.service}-{release}"


def read_settings() -> Settings:
    """The config of the running program's stack. Raises `InputError` with every fault in it, a line each."""
    values = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
    return _Reader(
        {key.removeprefix(NAMESPACE): value for key, value in values.items() if key.startswith(NAMESPACE)}
    ).settings()


class _Reader:
    """Reads one key at a time and keeps the faults, so that they can be shown together."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._faults: list[str] = []

    def settings(self) -> Settings:
        self._unknown(self._values, KEYS, NAMESPACE)
        service = self._text("service", "")
        releases = self._releases()
        settings = Settings(
            service=service,
            releases=releases,
            source=self._source(),
            name_pattern=self._text("namePattern", DEFAULT_PATTERN),
            reboot=self._reboot(),
            image_tags=self._typed("imageTags", self._json("imageTags", {}), _TEXT_MAP) or {},
            create_timeout=self._create_timeout(),
            fleet=self._fleet(),
        )
        if not service:
            self._fault(f"{NAMESPACE}service is not set; image names begin with it: set it to the service's name")
        else:
            for release in releases:
                self._check(
                    check_image_name, settings.image_name(release), f"{NAMESPACE}service or {NAMESPACE}releases"
                )
        self._check(check_pattern, settings.name_pattern, f"{NAMESPACE}namePattern")
        self._check(check_image_tags, settings.image_tags, f"{NAMESPACE}imageTags")
        if self._faults:
            raise InputError("\n".join(self._faults))
        return settings

    def _fault(self, message: str) -> None:
        self._faults.append(message)

    def _check(self, check: Callable[[Any, str], None], value: object, setting: str) -> None:
        try:
            check(value, setting)
        except InputError as error:
            self._fault(str(error))

    def _unknown(self, given: Mapping[str, Any], known: tuple[str, ...], prefix: str) -> None:
        for key in given:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1, cutoff=0)
                shown = repr(key)[1:-1]  # a line break or an escape sequence in it must not reach the terminal
                self._fault(
                    f"{prefix}{shown} is not a key that snapnames knows; the nearest is {prefix}{near[0]}: rename it, "
                    "or remove it"
                )

    def _text(self, key: str, default: str) -> str:
        value = self._values.get(key, default)
        return value if isinstance(value, str) else json.dumps(value)

    def _json(self, key: str, default: object) -> Any:  # noqa: ANN401 -- whatever the user wrote
        value = self._values.get(key, default)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):  # no JSON, a number of thousands of digits, brackets without an end
            return value

    def _typed(self, path: str, value: Any, kind: str, *, secret: bool = False) -> Any:  # noqa: ANN401
        ok = {
            _TEXT: lambda: isinstance(value, str) and value != "",
            _WHOLE: lambda: isinstance(value, int) and not isinstance(value, bool),
            _TEXTS: lambda: isinstance(value, list) and all(isinstance(item, str) and item for item in value),
            _TEXT_MAP: lambda: isinstance(value, dict) and all(isinstance(item, str) for item in value.values()),
        }[kind]()
        if ok:
            return value
        shown = "a secret" if secret else repr(value)
        self._fault(
            f"{NAMESPACE}{path} is {shown}; it wants {kind}: write it so, numbers and dates in "
            "quotes where text is wanted"
        )
        return None

    def _releases(self) -> tuple[str, ...]:
        releases = self._json("releases", [])
        if releases == []:
            self._fault(
                f"{NAMESPACE}releases is empty; it lists the releases to keep, newest first: add one, e.g. "
                "'20180307231207'"
            )
            return ()
        if self._typed("releases", releases, _TEXTS) is None:
            return ()
        for release in dict.fromkeys(r for r in releases if releases.count(r) > 1):
            self._fault(
                f"{NAMESPACE}releases lists {release!r} {releases.count(release)} times; a release has one image: list "
                "it once"
            )
        return tuple(releases)

    def _source(self) -> str | Mapping[str, str]:
        source = self._json("source", None)
        rule = "it is an instance id, or tags that pick a running instance, e.g. {'aws:autoscaling:groupName': 'web'}"
        if source is None:
            self._fault(f"{NAMESPACE}source is not set; {rule}: set it")
        elif isinstance(source, str):
            if not _INSTANCE_ID.fullmatch(source):
                self._fault(f"{NAMESPACE}source is {source!r}; {rule}: an id is i- and 8 or 17 hexadecimal digits")
            return source
        elif isinstance(source, dict) and source and all(isinstance(v, str) for v in source.values()):
            return source
        else:
            self._fault(f"{NAMESPACE}source is {source!r}; {rule}: write one of the two")
        return ""

    def _reboot(self) -> bool:
        value = self._json("reboot", False)  # noqa: FBT003 -- the default of the key
        if not isinstance(value, bool):
            self._fault(f"{NAMESPACE}reboot is {value!r}; it is true or false: set one of them")
            return False
        return value

    def _create_timeout(self) -> str:
        value = self._text("createTimeout", DEFAULT_CREATE_TIMEOUT)
        if not _DURATION.fullmatch(value):
            self._fault(
                f"{NAMESPACE}createTimeout is {value!r}; it is hours, minutes, seconds as in 6h or 1h30m, each at "
                "most 99999: write it so"
            )
        return value

    def _fleet(self) -> Mapping[str, Any] | None:
        fleet = self._json("fleet", None)
        if fleet is None:
            return None
        if not isinstance(fleet, dict):
            # Not shown: text that is almost a map may hold user data.
            self._fault(f"{NAMESPACE}fleet is no map; it is a map with the keys {', '.join(_FLEET_KEYS)}: write one")
            return None
        path = "fleet."
        self._unknown(fleet, tuple(_FLEET_KEYS), NAMESPACE + path)
        faults = len(self._faults)
        args = {
            name: self._typed(path + key, fleet[key], kind, secret=key == "userData")
            for key, (name, kind) in _FLEET_KEYS.items()
            if key in fleet
        }
        if "instance_type" not in args:
            self._fault(f"{NAMESPACE}fleet.instanceType is not set; a launch needs one: set it, e.g. t3.small")
        if args.get("health_check") not in (None, "EC2", "ELB"):
            self._fault(f"{NAMESPACE}fleet.healthCheck is {args['health_check']!r}; it is EC2 or ELB: set one of them")
        if len(self._faults) == faults:
            self._check(check_fleet, cast("FleetArgs", args), f"{NAMESPACE}fleet")
        return args
