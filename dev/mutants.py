"""Changes the plain functions in small ways, one at a time, and tells which changes no test sees.

mutmut knows a package only in the folders `.`, `src` and `source`, and writes beside them. So it runs in a folder of
its own, where `src` leads to `components`.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".dev" / "mutants"
WANTED = 95
"""Of a hundred mutants, how many have to be killed."""

_LINKS = {"src": "components"} | {name: name for name in ("tests", "dev", "benchmarks", "pyproject.toml")}
_STATS = FOLDER / "mutants" / "mutmut-cicd-stats.json"


def share(stats: dict[str, int]) -> float:
    """How many of a hundred mutants were killed. One that never ends counts: a test would not pass with it.

    >>> share({"killed": 94, "timeout": 1, "total": 100})
    95.0
    """
    return 100 * (stats["killed"] + stats["timeout"]) / stats["total"]


def main() -> int:
    """Run mutmut, which goes on where it was stopped, and give the exit code."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, target in _LINKS.items():
        link = FOLDER / name
        if not link.is_symlink():
            link.symlink_to(ROOT / target)
    mutmut = Path(sys.executable).with_name("mutmut")
    for arguments in (["run", "--max-children", "2"], ["results"], ["export-cicd-stats"]):
        subprocess.run([mutmut, *arguments], cwd=FOLDER, check=True)  # noqa: S603 -- the tool of this environment
    stats = json.loads(_STATS.read_text(encoding="utf-8"))
    print(f"{stats['killed'] + stats['timeout']} of {stats['total']} mutants killed: {share(stats):.1f} %")
    print("dev/mutants.md lists those that no test can see; `mutmut show <name>` in .dev/mutants shows one of them")
    return 0 if share(stats) >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
