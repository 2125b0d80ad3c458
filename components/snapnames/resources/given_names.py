"""Which names of the owned images an update has given, and which ones a person has given meanwhile, by their Tags."""

from collections.abc import Mapping, Sequence

import pulumi

from snapnames.rules.owned_names import Record


def given_names(tags: Mapping[str, Sequence[object]], declared: Mapping[str, str], last: Record) -> dict[str, str]:
    """Snapshot id to the name that the state has or is going to have. `tags`: the id and the value of each Tag.

    In an update, a value can be unknown: the Tag failed and `--continue-on-error` goes on. The last name counts then.
    An id alone can be unknown: the Tag is new, but not a target. A value that was not declared is a person's name. The
    person gave it while the Tag waited for its turn.
    """
    previewing = pulumi.runtime.is_dry_run()
    names = {}
    for snapshot_id, (tag_id, value) in tags.items():
        made = (previewing or isinstance(tag_id, str)) and value == declared[snapshot_id]
        name = declared[snapshot_id] if made else last.names.get(snapshot_id)
        if name is not None:
            names[snapshot_id] = name
    return names


def kept_since(
    tags: Mapping[str, Sequence[object]], declared: Mapping[str, str], last: Record
) -> dict[str, dict[str, str]]:
    """The entries of `kept` for names that a person gave while the update ran.

    A Tag that is no target of the update still has its last name.
    """
    return {
        snapshot_id: {"name": value, "wanted": declared[snapshot_id], "why": "it was named while the update ran"}
        for snapshot_id, (tag_id, value) in tags.items()
        if isinstance(tag_id, str) and isinstance(value, str)
        if value not in (declared[snapshot_id], last.names.get(snapshot_id))
    }
