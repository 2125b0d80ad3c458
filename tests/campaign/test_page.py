"""The page of what was tried."""

import json

from .results import Result
from .summary import FILE, PAGE, page, with_results


def test_the_page_is_what_the_summary_says_and_nothing_is_typed_by_hand() -> None:
    """Each figure of docs/reliability.md comes out of summary.json."""
    written = PAGE.read_text(encoding="utf-8")

    made = page(json.loads(FILE.read_text(encoding="utf-8")))

    assert made == written


def test_a_fault_that_is_tried_anew_has_a_new_row_and_no_other_row_changes() -> None:
    """The last try of each point counts, and what was lost is said."""
    before = with_results({}, [Result("image name taken", "test_taken", "", []), Result("killed", "seed 1", "", [])])
    lost, survived = Result("killed", "seed 5", "build", ["no image"]), Result("killed", "seed 6", "prune", [], 3)

    after = with_results(before, [Result("killed", "seed 6", "prune", ["no name"]), lost, survived])

    new = {
        "tried": 2,
        "survived": 1,
        "tries": ["seeds 5 to 6"],
        "met": ["build 1", "prune 1", "4 calls"],
        "lost": ["seed 5 build: no image"],
    }
    assert after == {"image name taken": before["image name taken"], "killed": new}
    assert page(after).splitlines()[-6:] == [
        "| image name taken | 1 | 1 | 0 | `test_taken` |  |",
        "| killed | 2 | 1 | 1 | seeds 5 to 6 | build 1, prune 1, 4 calls |",
        "",
        "## Lost",
        "",
        "- killed, seed 5 build: no image",
    ]
