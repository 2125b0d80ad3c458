"""A few tries of the campaign, so that each change is met by some; `make test-full` runs all of them."""

from pathlib import Path

import pytest
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine

from .answers import Lost
from .copies import KilledCopy, LostCopy, TroubledRegion
from .kills import AtCall, AtMoment, AtNamed
from .schedules import ByChance
from .tries import Try

SLICE: list[Try] = [
    AtCall("build", "configuration", 9, after=False),
    AtCall("release", "template", 14, after=True),
    AtCall("prune", "configuration", 6, after=True),
    AtCall("destroy", "template", 5, after=True),
    AtNamed("rollout", "template", "autoscaling.UpdateAutoScalingGroup", after=True),
    AtNamed("rollout", "configuration", "autoscaling.StartInstanceRefresh", after=True),
    AtNamed("rollback", "template", "autoscaling.StartInstanceRefresh", after=False),
    AtNamed("rollback", "template", "autoscaling.DescribeInstanceRefreshes", after=True),
    AtNamed("drop", "template", "ec2.DeregisterImage", after=True),
    AtMoment(1),
    Lost("build", "template", 2, "503 after EC2 acted"),
    Lost("prune", "configuration", 2, "connection dropped after EC2 acted"),
    KilledCopy("copied-build", 2, after=True),
    KilledCopy("copied-release", 1, after=False),
    LostCopy("added-region", 1, "503 after EC2 acted"),
    TroubledRegion("copied-release", "a copy fails"),
    TroubledRegion("added-region", "a region refuses what follows its CopyImage"),
    ByChance(1),
    ByChance(2),
]


@pytest.mark.parametrize("one", SLICE, ids=lambda one: f"{one.fault}, {one}")
def test_nothing_is_lost(one: Try, tmp_path: Path, aws: LocalAws, engine: Engine) -> None:
    """Whatever happens to an update, two commands bring the stack to its declared state."""
    result = one.attempt(tmp_path / "stack", aws, engine)

    assert result.lost == []
