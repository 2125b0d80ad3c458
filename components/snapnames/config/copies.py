"""`snapnames:copies` of the config: the regions that every release is copied to."""

from collections.abc import Mapping

from snapnames.config.values import TEXT, ConfigValues
from snapnames.printable import printable
from snapnames.rules.copies import CopySettings, check_key, check_region
from snapnames.rules.partitions import check_same_partition
from snapnames.rules.services import NAMESPACE

_KEYS = ("kmsKeyId",)


def read_copies(values: ConfigValues, home: str) -> Mapping[str, CopySettings]:
    """Region to what its copies get, in the order of the config. Faults are kept in `values`.

    `home`: the region of the stack; empty if the config does not say it.
    """
    given = values.json("copies", {})
    if not isinstance(given, dict):
        values.fault(
            f"{NAMESPACE}copies is {given!r}; it is a map from a region to its settings, which may be empty: write it "
            "as {us-west-2: {}}"
        )
        return {}
    for region, times in values.keys("copies").items():
        if times > 1:
            values.fault(
                f"{NAMESPACE}copies has {region!r} {times} times; a region has one copy of a release: list it once"
            )
    return {region: _settings(values, region, home, settings) for region, settings in given.items()}


def _settings(values: ConfigValues, region: str, home: str, given: object) -> CopySettings:
    faults = values.faults
    values.check(check_region, region, f"{NAMESPACE}copies")
    if values.faults > faults:
        return CopySettings()
    values.check(lambda one, setting: check_same_partition(one, home, setting), region, f"{NAMESPACE}copies")
    path = f"copies.{printable(region)}"
    if region == home:
        values.fault(
            f"{NAMESPACE}copies has {region!r}, the region of the stack (aws:region), where the images themselves are: "
            "take it out"
        )
    if not isinstance(given, dict):
        values.fault(
            f"{NAMESPACE}{path} is {given!r}; it is a map with the key {', '.join(_KEYS)}, or {{}}: write one of these"
        )
        return CopySettings()
    values.refuse_unknown(_KEYS, given, f"{path}.")
    if "kmsKeyId" not in given:
        return CopySettings()
    key = values.typed(f"{path}.kmsKeyId", given["kmsKeyId"], TEXT)
    if key is None:
        return CopySettings()
    values.check(lambda one, setting: check_key(one, region, setting), key, f"{NAMESPACE}{path}.kmsKeyId")
    return CopySettings(key)
