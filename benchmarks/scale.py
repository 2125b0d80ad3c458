"""How much is measured: in minutes, or to the end."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Numbers of names, and of rounds."""

    name: str
    rounds: int
    overhead: int
    release: int
    """Names of releases; every 20 of them are an image."""

    growth: tuple[int, ...]
    checkpoints: tuple[int, ...]
    """Names of a plain `pulumi up`, once each: its time is quadratic."""

    bucket: int
    calls: int
    others: int
    profile: int
    peer: int
    """Names for OpenTofu, which takes a quarter of an hour to build; 0 leaves it out."""

    targets: tuple[tuple[int, int], ...]
    """Accounts, and regions of each."""

    target_rounds: int
    regions: tuple[int, ...]
    """Numbers of regions with a copy."""

    region_rounds: int
    ledger: tuple[int, ...]
    """Images of the account; each has four snapshots."""

    ledger_rounds: int

    @property
    def command(self) -> str:
        """What makes these results."""
        return f"make {self.name}"


BENCH = Scale(
    "bench",
    rounds=5,
    overhead=1000,
    release=240,
    growth=(100, 200, 400),
    checkpoints=(100, 200, 400),
    bucket=1000,
    calls=1000,
    others=100,
    profile=1000,
    peer=0,
    targets=((1, 1), (3, 2), (6, 4)),
    target_rounds=3,
    regions=(0, 4, 16),
    region_rounds=3,
    ledger=(100, 1000),
    ledger_rounds=3,
)
FULL = Scale(
    "bench-full",
    rounds=5,
    overhead=1000,
    release=1000,
    growth=(250, 500, 1000, 2000, 4000),
    checkpoints=(125, 250, 500, 1000),
    bucket=1000,
    calls=4000,
    others=1000,
    profile=1000,
    peer=1000,
    targets=((6, 4), (24, 4)),
    target_rounds=1,
    regions=(0, 4, 16),
    region_rounds=5,
    ledger=(10_000,),
    ledger_rounds=1,
)
TRY = Scale(
    "try",
    rounds=2,
    overhead=8,
    release=20,
    growth=(4, 8),
    checkpoints=(4, 8),
    bucket=112,
    calls=8,
    others=8,
    profile=8,
    peer=240,
    targets=((1, 1), (2, 1)),
    target_rounds=1,
    regions=(0, 1),
    region_rounds=1,
    ledger=(20,),
    ledger_rounds=1,
)
"""Whether everything runs: a minute or two, and no figure that means anything. Not kept."""
