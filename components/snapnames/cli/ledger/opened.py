"""The stack that the ledger compares the account with, if there is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from snapnames.cli.errors import CommandError, UsageError
from snapnames.cli.stack.open_stack import OpenStack
from snapnames.cli.stack.project import NoStackError
from snapnames.cli.state.declared import Declared, declared
from snapnames.rules.images import Holdings
from snapnames.rules.naming import DEFAULT_PATTERN
from snapnames.rules.services import SERVICE

_PATTERN, _OWNED = "snapnames:namePattern", "snapnames:ownedImages"


@dataclass(frozen=True)
class Opened:
    """An opened stack. Without a stack, all values are empty."""

    name: str | None = None
    """The stack's name as the user gave it."""

    config: Mapping[str, str] = field(default_factory=dict)
    declared: Declared = field(default_factory=Declared)

    @property
    def service(self) -> str:
        """The beginning of the names of its images. Empty if it has no releases."""
        return self.config.get(SERVICE, "")

    @property
    def patterns(self) -> tuple[str, ...]:
        """The name patterns of snapshots: its own, and the default."""
        return tuple(dict.fromkeys((self.config.get(_PATTERN, DEFAULT_PATTERN), DEFAULT_PATTERN)))

    @property
    def owns(self) -> bool:
        """Whether it names the snapshots of images that others built."""
        return self.config.get(_OWNED, "false") != "false"

    def elsewhere(self, holdings: Holdings, region: str) -> "Opened":
        """The same stack, seen from another region than its own.

        What the state has of that region is kept by it: its copies there, above all. Images that are in no other region
        are not missing there, and images with the stack's mark are not its releases: `snapnames recover` looks there
        only for copies.
        """
        known = {*holdings.images, *(str(one.image_id) for one in holdings.snapshots.values())}
        state = self.declared
        here = replace(
            state,
            images={
                **{image_id: name for image_id, name in state.images.items() if image_id in known},
                **state.copies.get(region, {}),
            },
            names={one: name for one, name in state.names.items() if one in holdings.snapshots},
            owned={one: name for one, name in state.owned.items() if one in holdings.snapshots},
        )
        return replace(self, declared=here)


def open_stack(folder: Path, stack_name: str | None, *, account: bool) -> Opened:
    """Open the stack; with `account`, there need not be one. Raises `CommandError`."""
    try:
        stack = OpenStack(folder, stack_name)
    except NoStackError as error:
        if account and stack_name is None:
            return Opened()
        raise UsageError(f"{error}; or give --account, for all that the account has") from error
    state = stack.state()["deployment"]
    if not account and not state.get("resources"):
        raise CommandError(
            f"stack {stack.name!r} was never deployed, so it has no images: run `snapnames deploy`, or give --account "
            "for all that the account has"
        )
    return Opened(stack.name, stack.config, declared(state, stack.tag))
