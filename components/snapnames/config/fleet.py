"""`snapnames:fleet` of the config."""

from collections.abc import Mapping
from typing import Any

from snapnames.rules.fleet import CHOICES, check_fleet

from .derived import config_keys
from .fleet_args import FleetArgs, InstanceRefresh
from .values import NAMESPACE, ConfigValues

_KEYS = config_keys(FleetArgs, without=["image_id"])
_REFRESH_KEYS = config_keys(InstanceRefresh)


def read_fleet(values: ConfigValues) -> Mapping[str, Any] | None:
    """`FleetArgs` without the image, or None when the stack has no fleet. Faults are kept in `values`."""
    fleet = values.json("fleet", None)
    if fleet is None:
        return None
    if not isinstance(fleet, dict):
        # Not shown: text that is almost a map may hold user data.
        values.fault(
            f"{NAMESPACE}fleet is no map; it is a map with the keys {', '.join([*_KEYS, 'instanceRefresh'])}: write one"
        )
        return None
    faults = values.faults
    values.refuse_unknown((*_KEYS, "instanceRefresh"), fleet, "fleet.")
    args = _read(values, fleet, _KEYS, "fleet.")
    if "instanceRefresh" in fleet:
        args["instance_refresh"] = _read_refresh(values, fleet["instanceRefresh"])
    if "instance_type" not in args:
        values.fault(f"{NAMESPACE}fleet.instanceType is not set; a launch needs one: set it, e.g. t3.small")
    for key, (name, _) in _KEYS.items():
        choices = CHOICES.get(name)
        value = args.get(name)
        if choices and value is not None and value not in choices:
            values.fault(f"{NAMESPACE}fleet.{key} is {value!r}; it is {' or '.join(choices)}: set one of them")
    if values.faults == faults:
        values.check(check_fleet, args, f"{NAMESPACE}fleet")
    return args


def _read_refresh(values: ConfigValues, refresh: object) -> dict[str, Any]:
    path = "fleet.instanceRefresh."
    if not isinstance(refresh, dict):
        values.fault(
            f"{NAMESPACE}fleet.instanceRefresh is {refresh!r}; it is a map with the keys {', '.join(_REFRESH_KEYS)}, "
            "or {} for the defaults: write one"
        )
        return {}
    values.refuse_unknown(tuple(_REFRESH_KEYS), refresh, path)
    return _read(values, refresh, _REFRESH_KEYS, path)


def _read(
    values: ConfigValues, given: Mapping[str, Any], keys: Mapping[str, tuple[str, str]], path: str
) -> dict[str, Any]:
    return {
        name: values.typed(path + key, given[key], kind, secret=key == "userData")
        for key, (name, kind) in keys.items()
        if key in given
    }
