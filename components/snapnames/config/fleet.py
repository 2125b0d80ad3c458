"""`snapnames:fleet` of the config."""

from collections.abc import Mapping, Sequence
from typing import Any

from snapnames.rules.fleet import CHOICES, check_fleet, chooses_types
from snapnames.rules.instance_refresh import REFRESH_CHOICES
from snapnames.rules.services import NAMESPACE

from .derived import config_key, config_keys
from .fleet_args import FleetArgs, InstanceRefresh
from .fleet_properties import ENCODED, PLACES, Paths, fleet_property_faults, in_short
from .values import ConfigValues

_REFRESH = "instanceRefresh"
_KEYS = config_keys(FleetArgs, without=["image_id", "adopt_from_other_owner"])
_REFRESH_KEYS = config_keys(InstanceRefresh)
_SECRET = ("userData", *PLACES)
"""Keys whose value no message shows: it is user data, or may hold some."""

UNSEEN = (
    "fleet.userData",
    *(f"fleet.{place}.{key}" for place in ENCODED for key in ("userData", "userDataBase64")),
)
"""Paths to texts that no terminal ever shows, so that they may have several lines."""


def read_fleet(values: ConfigValues) -> Mapping[str, Any] | None:
    """`FleetArgs` without the image, or None when the stack has no fleet. Faults are kept in `values`."""
    fleet = values.json("fleet", None)
    if fleet is None:
        return None
    if not isinstance(fleet, dict):
        # Not shown: text that is almost a map may hold user data.
        values.fault(
            f"{NAMESPACE}fleet is no map; it is a map with the keys {', '.join([*_KEYS, _REFRESH])}: write one"
        )
        return None
    faults = values.faults
    values.refuse_unknown((*_KEYS, _REFRESH), fleet, "fleet.")
    args = _read(values, fleet, _KEYS, "fleet.", CHOICES)
    if _REFRESH in fleet:
        args["instance_refresh"] = _read_refresh(values, fleet[_REFRESH])
    unified = in_short(args)
    if "instance_type" not in unified and "adopt" not in args and not chooses_types(args):
        values.fault(f"{NAMESPACE}fleet.instanceType is not set; a launch needs one: set it, e.g. t3.small")
    if values.faults == faults:
        for fault in fleet_property_faults(args, Paths(f"{NAMESPACE}fleet.", config_key)):
            values.fault(fault)
    if values.faults == faults:
        values.check(check_fleet, unified, f"{NAMESPACE}fleet")
    return args


def _read_refresh(values: ConfigValues, refresh: object) -> dict[str, Any]:
    path = f"fleet.{_REFRESH}."
    if not isinstance(refresh, dict):
        values.fault(
            f"{NAMESPACE}fleet.{_REFRESH} is {refresh!r}; it is a map with the keys {', '.join(_REFRESH_KEYS)}, "
            "or {} for the defaults: write one"
        )
        return {}
    values.refuse_unknown(tuple(_REFRESH_KEYS), refresh, path)
    return _read(values, refresh, _REFRESH_KEYS, path, REFRESH_CHOICES)


def _read(
    values: ConfigValues,
    given: Mapping[str, Any],
    keys: Mapping[str, tuple[str, str]],
    path: str,
    choices: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    read = {
        name: values.typed(path + key, given[key], kind, secret=key in _SECRET)
        for key, (name, kind) in keys.items()
        if key in given
    }
    for key, (name, _) in keys.items():
        value = read.get(name)
        if name in choices and value is not None and value not in choices[name]:
            values.fault(f"{NAMESPACE}{path}{key} is {value!r}; it is {' or '.join(choices[name])}: set one of them")
    return read
