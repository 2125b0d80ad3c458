"""`snapnames merge`: one whole of all shards, or a refusal that says what to do."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapnames.cli.errors import UsageError
from snapnames.cli.targets.document import document, read_document
from snapnames.cli.targets.merge import Lines, merge
from snapnames.cli.targets.report import Report
from snapnames.cli.targets.rows import Amount, Row, Sums
from snapnames.rules.targets import Shard, Share, Target

TAKEN = datetime(2018, 3, 7, 12, tzinfo=UTC)
TARGETS = [
    Target(account, region) for account in ("111122223333", "222233334444") for region in ("eu-1", "us-1", "us-2")
]
AMOUNTS = st.builds(Amount, st.integers(0, 9), st.integers(0, 999))
SUMS = st.builds(
    Sums,
    images=st.integers(0, 9),
    snapshots=AMOUNTS,
    orphans=AMOUNTS,
    others=AMOUNTS,
    unused=AMOUNTS,
    can_go=AMOUNTS,
    findings=st.builds(Counter, st.dictionaries(st.sampled_from(["unnamed", "drift"]), st.integers(1, 9))),
)


def row(target: Target, number: int = 1) -> Row:
    """A row that could be read."""
    sums = Sums(number, Amount(number, 8 * number), findings=Counter(unnamed=number))
    return Row(target.account, target.region, calls=6, price=0.05, sums=sums)


def report(shard: Shard, targets: Sequence[Target] = TARGETS, **more: object) -> Report:
    """The report of a shard."""
    rows = tuple(row(target) for target in shard.part(targets))
    made = Report(TAKEN, Share.of(targets, shard), 5, 90, rows)
    return replace(made, **more)  # type: ignore[arg-type] # its fields


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """The files of three shards."""
    return [written(tmp_path, report(Shard(index, 3)), index) for index in (1, 2, 3)]


def written(folder: Path, found: Report, number: int) -> Path:
    """The file of a shard."""
    path = folder / f"{number}.json"
    path.write_text(json.dumps(document(found)), encoding="utf-8")
    return path


def lines(folder: Path, shard: Shard, *texts: str) -> Path:
    """The file of a shard of `name-owned`: its lines, and then texts."""
    path, share = folder / f"{shard.index}.jsonl", Share.of(TARGETS, shard)
    found = [
        json.dumps(share.line(one, "denied" if one.region == "us-2" else "", named=4)) for one in shard.part(TARGETS)
    ]
    path.write_text("".join(f"{text}\n" for text in (*found, *texts)), encoding="utf-8")
    return path


def test_the_report_of_all_shards_is_that_of_one_run(files: list[Path]) -> None:
    """In whatever order the files are given."""
    whole = report(Shard())

    assert merge(files) == merge(files[::-1]) == whole


@given(st.lists(st.one_of(SUMS, st.none()), min_size=6, max_size=6), st.sampled_from([None, 0.05]))
def test_a_report_is_the_same_after_json(sums: list[Sums | None], price: float | None) -> None:
    """Nothing that a report has is lost on the way."""
    rows = tuple(
        Row(one.account, one.region, "denied", 1)
        if found is None
        else Row(one.account, one.region, "", 6, price, found)
        for one, found in zip(TARGETS, sums, strict=True)
    )
    made = report(Shard(), rows=rows)

    again = read_document(json.loads(json.dumps(document(made))))

    assert document(again) == document(made)
    assert again.rows == rows


def test_the_earliest_time_is_that_of_the_whole(tmp_path: Path) -> None:
    """What was made since then can be missing."""
    later = TAKEN.replace(hour=13)
    files = [
        written(tmp_path, report(Shard(index, 2), taken=later if index == 1 else TAKEN), index) for index in (1, 2)
    ]

    assert merge(files) == report(Shard())


def test_a_missing_shard_is_named(files: list[Path]) -> None:
    """A report without it would look like one of all targets."""
    with pytest.raises(UsageError, match="1 shard of 3 is missing: 2/3; a report without them would not be of all"):
        merge([files[0], files[2]])


def test_a_shard_that_is_there_twice_is_refused(files: list[Path], tmp_path: Path) -> None:
    """Its targets would count twice."""
    again = written(tmp_path, report(Shard(1, 3)), 4)

    with pytest.raises(UsageError, match=r"1\.json and 4\.json are both shard 1/3; each shard counts once"):
        merge([*files, again])


def test_a_shard_of_another_list_is_refused(files: list[Path], tmp_path: Path) -> None:
    """A region was enabled between the runs, for example."""
    more = [*TARGETS[1:], Target("999999999999", "eu-1")]
    files[2] = written(tmp_path, report(Shard(3, 3), more), 3)

    with pytest.raises(UsageError, match=r"3\.json is of another list of targets than 1\.json"):
        merge(files)


def test_shards_of_different_numbers_are_refused(files: list[Path], tmp_path: Path) -> None:
    """They overlap."""
    files[1] = written(tmp_path, report(Shard(2, 2)), 2)

    with pytest.raises(UsageError, match=r"2\.json is shard 2/2, and 1\.json is shard 1/3"):
        merge(files)


def test_plans_of_different_limits_are_not_added_up(files: list[Path], tmp_path: Path) -> None:
    """One keeps what the other lets go."""
    files[1] = written(tmp_path, report(Shard(2, 3), keep=1), 2)

    with pytest.raises(UsageError, match="were made with another --keep or --older-than"):
        merge(files)


def test_a_shard_that_was_stopped_is_refused(files: list[Path], tmp_path: Path) -> None:
    """It has not all of its targets."""
    files[1] = written(tmp_path, report(Shard(2, 3), rows=(row(TARGETS[2]),)), 2)

    with pytest.raises(UsageError, match=r"2\.json has 1 of the 2 targets of shard 2/3; the run was stopped"):
        merge(files)


def test_a_target_in_two_shards_is_refused(files: list[Path], tmp_path: Path) -> None:
    """However it came there."""
    files[1] = written(tmp_path, report(Shard(2, 3), rows=(row(TARGETS[0]), row(TARGETS[3]))), 2)

    with pytest.raises(UsageError, match=r"111122223333 eu-1 is in 1\.json and in 2\.json; a target is in one shard"):
        merge(files)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "it is no result of targets; `snapnames ledger --targets` and `snapnames name-owned"),
        (json.dumps({"version": 1, "report": "targets", "targets": []}, indent=2), "it is no result of targets"),
        ("[1]", "line 1 is no result of targets"),
        ("not json", "line 1 is no JSON"),
        (
            '{"error": "no keys", "exit_code": 2}',
            "its command had no result, but an error: no keys: run the shard again",
        ),
        ('{"report": "ledger of targets", "version": 9}', "it is no report of this version of snapnames"),
        ('{"report": "ledger of targets", "version": 1, "list": null}', "it is no report of this version"),
        ("[" * 100_000, "line 1 is no JSON"),
    ],
)
def test_a_foreign_file_is_refused_by_name(files: list[Path], text: str, said: str) -> None:
    """Never with a stack trace."""
    files[1].write_text(text, encoding="utf-8")

    with pytest.raises(UsageError) as caught:
        merge(files)

    assert str(caught.value).startswith(f"2.json can't be merged: {said}")


def test_files_that_are_not_there_or_have_nothing_are_refused(tmp_path: Path) -> None:
    """With what to give in their place."""
    (tmp_path / "empty").write_text("\n", encoding="utf-8")

    with pytest.raises(UsageError, match=r"can't be read: .* give the JSON that the shards wrote"):
        merge([tmp_path / "nowhere"])
    with pytest.raises(UsageError, match="the files have no result"):
        merge([tmp_path / "empty"])


def test_lines_of_all_shards_are_added_up_and_the_last_line_of_a_target_counts(tmp_path: Path) -> None:
    """A shard that was killed goes on in the same file."""
    first = Shard(1, 2)
    again = json.dumps(Share.of(TARGETS, first).line(first.part(TARGETS)[2], named=3))

    found = merge([lines(tmp_path, first, again), lines(tmp_path, Shard(2, 2))])

    assert isinstance(found, Lines)
    assert [(one["account"], one["region"]) for one in found.lines] == [(one.account, one.region) for one in TARGETS]
    assert [(one["account"], one["region"]) for one in found.failed] == [("222233334444", "us-2")]
    assert found.document["totals"] == {"named": 23}
    assert (found.document["targets_done"], found.document["targets_failed"]) == (5, 1)


def test_half_a_line_of_a_killed_run_is_refused_with_its_number(tmp_path: Path) -> None:
    """It is not left out quietly."""
    with pytest.raises(UsageError, match=r"1\.jsonl can't be merged: line 4 is no JSON; .* can leave half a line"):
        merge([lines(tmp_path, Shard(1, 2), '{"account": "1111'), lines(tmp_path, Shard(2, 2))])


def test_results_of_two_commands_do_not_make_one(files: list[Path], tmp_path: Path) -> None:
    """A ledger and names."""
    with pytest.raises(UsageError, match=r"1\.json and 2\.jsonl are of different commands"):
        merge([files[0], lines(tmp_path, Shard(2, 3)), files[2]])


def test_more_shards_than_targets_are_merged_too(tmp_path: Path) -> None:
    """The shards without a target have no line, and need no file."""
    files = [lines(tmp_path, Shard(index, 9)) for index in range(1, 10)]
    some = [path for path in files if path.stat().st_size]

    assert len(some) == len(TARGETS)
    assert merge(files) == merge(some)
