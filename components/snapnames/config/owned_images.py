"""`snapnames:ownedImages` of the config."""

from collections.abc import Mapping
from typing import Any

from snapnames.config.values import TEXT_MAP, TEXTS, TRUTH, ConfigValues
from snapnames.rules.services import NAMESPACE
from snapnames.rules.time_spans import seconds_of

_KEYS = {
    "names": ("names", TEXTS),
    "tags": ("tags", TEXT_MAP),
    "exclude": ("exclude", TEXTS),
    "overwrite": ("overwrite", TRUTH),
    "removeNamesOnDestroy": ("remove_names_on_destroy", TRUTH),
}
_OTHERS = ("minimumAge", "namesPerSecond")


def read_owned_images(values: ConfigValues) -> Mapping[str, Any] | None:
    """`OwnedImagesArgs` without the pattern, or None when they are not asked for. Faults are kept in `values`."""
    given = values.json("ownedImages", default=False)
    if given is False:
        return None
    if given is True:
        given = {}
    if not isinstance(given, dict):
        values.fault(
            f"{NAMESPACE}ownedImages is {given!r}; it is true, false, or a map with the keys "
            f"{', '.join([*_KEYS, *_OTHERS])}: write one of these"
        )
        return {}
    values.refuse_unknown((*_KEYS, *_OTHERS), given, "ownedImages.")
    args = {
        name: values.typed(f"ownedImages.{key}", given[key], kind)
        for key, (name, kind) in _KEYS.items()
        if key in given
    }
    if "minimumAge" in given:
        args["minimum_age_seconds"] = seconds_of(values.span("ownedImages.minimumAge", given["minimumAge"]))
    if "namesPerSecond" in given:
        args["names_per_second"] = _rate(values, given["namesPerSecond"])
    return args


def _rate(values: ConfigValues, rate: object) -> float:
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < float("inf"):
        values.fault(
            f"{NAMESPACE}ownedImages.namesPerSecond is {rate!r}; it is a number more than 0, and EC2 takes 10 of most "
            "accounts: set it so"
        )
        return 1.0
    return float(rate)
