"""What a finding is, and what each kind of findings declares."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from snapnames.cli.ledger.reads import Read
from snapnames.cli.ledger.view import View
from snapnames.rules.candidates import Candidate


@dataclass(frozen=True)
class Finding:
    """One thing to know."""

    kind: str
    text: str
    step: str
    """The next step, with the command for it."""

    image_id: str | None = None
    image_name: str | None = None
    snapshot_ids: tuple[str, ...] = ()
    declared: str | None = None
    """The Name that the stack declares."""

    live: str | None = None
    """The Name that the snapshot has."""

    size: int | None = None
    """GiB of the snapshots, as the volumes' full size. Only for what may be deleted."""

    region: str = ""


def _nothing(_view: View, _finding: Finding) -> Candidate | None:
    return None


@dataclass(frozen=True)
class Kind:
    """One kind of findings: everything that the rest of the ledger, the docs and the policy know of it."""

    name: str
    find: Callable[[View], Iterator[Finding]]
    """A plain function over what was read."""

    one: str
    """What one finding is, in words."""

    several: str
    """What several findings are, in words."""

    means: str
    """What the kind means, for docs/ledger.md."""

    cure: str
    """What to do about it, for docs/ledger.md."""

    reads: tuple[Read, ...]
    """What has to be read to find it and to advise a next step."""

    deletes: Callable[[View, Finding], Candidate | None] = _nothing
    """What the next step would delete by hand. It is judged by the rule of the plan before the command is shown."""

    @property
    def actions(self) -> frozenset[str]:
        """The IAM actions that the reads need."""
        return frozenset(action for read in self.reads for action in read.actions)

    def words(self, count: int) -> str:
        """What so many findings are."""
        return self.one if count == 1 else self.several
