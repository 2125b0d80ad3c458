"""What the page says of each answer: tables, of which some have a bar beside the figure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import peer_section, tables
from .tables import Result

Shown = Callable[[Result], Iterator[str]]


@dataclass(frozen=True)
class Section:
    """A question of the page."""

    title: str
    asks: str
    shown: Shown


def _calls_section(result: Result) -> Iterator[str]:
    yield "A service, with releases of 3 EBS volumes and an instance-store volume:\n"
    rows = [(title, tables.calls(of["reads"]), tables.calls(of["writes"])) for title, of in result["service"].items()]
    yield from tables.table(("step", "reads", "writes"), rows)
    account = dict(result["account"])
    yield f"`OwnedImages`, on an account of {account.pop('names'):,} snapshots:\n"
    rows = [(title, tables.calls(of["reads"]), tables.calls(of["writes"])) for title, of in account.items()]
    yield from tables.table(("step", "reads", "writes"), rows)


def _start_up(result: Result) -> Iterator[str]:
    parts = list(next(iter(result.values())))
    longest = max(of["all"]["median"] for of in result.values())
    rows = [
        (part, *(cell for of in result.values() for cell in (tables.both(of[part], 2), tables.bar(of[part], longest))))
        for part in parts
    ]
    yield from tables.table(("seconds", *(head for title in result for head in (title, ""))), rows)
    yield "The language host's part is mostly `python -m pip list -v --format json`, by which it looks for plugins.\n"


def _overhead(result: Result) -> Iterator[str]:
    rows = []
    for component, found in result.items():
        for command in ("preview", "up", "preview again", "up again"):
            of = found[command]
            ratio = of["ratio"]
            rows.append(
                (
                    f"{component}, {found['names']:,} names: `{command}`",
                    tables.both(of["component"]["seconds"]),
                    tables.both(of["bare"]["seconds"]),
                    tables.both(ratio["seconds"], 3),
                    tables.both(ratio["cpu_seconds"], 3),
                    tables.met(ratio["seconds"]["median"], 1.05),
                )
            )
    yield from tables.table(("", "component, s", "literals, s", "ratio", "of processor time", "median"), rows)
    yield (
        "While its image does not exist a release looks up its source, the volumes behind it and whether the name is\n"
        "free: some ten reads, here twelve times. The literals know the devices and find out nothing, so the first\n"
        "preview can't come down to theirs; later commands leave that out.\n"
    )


def _growth(result: Result) -> Iterator[str]:
    rows = []
    for kind in ("preview", "naming", "checkpoints"):
        times = ", ".join(f"{int(size):,}: {tables.both(of['seconds'])}" for size, of in result[kind].items())
        of = result["exponents"][kind]
        verdict = "see below" if kind == "checkpoints" else tables.met(of["above_start_up"], 1.1)
        rows.append((_KINDS[kind], times, of["all"], of["above_start_up"], of["cpu_above_start_up"], verdict))
    yield from tables.table(
        ("", "names: seconds", "exponent", "above start-up", "of processor time", "above start-up"), rows
    )
    yield f"Start-up is a preview of an account without images: {tables.both(result['start_up']['seconds'])} s.\n"
    yield _CHECKPOINTS


_KINDS = {
    "preview": "`pulumi preview`",
    "naming": "naming, without checkpoints",
    "checkpoints": "plain `pulumi up`, with checkpoints",
}
_CHECKPOINTS = """Plain `pulumi up` on a file or bucket backend is quadratic, and that is the engine's: before and after
each step it serializes, checks and writes the whole state (`SnapshotManager.saveSnapshot` and
`diyBackend.saveCheckpoint` of Pulumi 3.230), and its only switches are to skip all checkpoints or to compress the file.
Its journal, which writes one entry a step, is for the Pulumi Cloud backend alone; the same for files is what would be
needed. Until then thousands of names are for `snapnames name-owned`: it skips checkpoints, and a kill loses nothing,
since the account itself tells the next run what was named.
"""


def _bucket(result: Result) -> Iterator[str]:
    names, floor = result["names"], result["floor_seconds"]
    yield (
        f"{names:,} names; the floor is ({names:,} - 100) / 10 = {floor:g} s. 10 of the first 100 calls are kept back "
        "for retries, and come a second later.\n"
    )
    rows = [
        (
            "first to last CreateTags",
            tables.both(result["naming_seconds"]),
            tables.both(result["naming_ratio"], 3),
            tables.met(result["naming_ratio"]["median"], 1.05),
        ),
        (
            "the whole command, preview included",
            tables.both(result["command_seconds"]),
            tables.both(result["command_ratio"], 3),
            "start-up and preview come on top",
        ),
        (
            "throttled, of all calls",
            "",
            f"{tables.both(result['throttled_percent'], 2)} %",
            tables.met(result["throttled_percent"]["worst"], 1, below=True),
        ),
    ]
    yield from tables.table(("", "seconds", "of the floor", ""), rows)
    yield f"Calls of the last round: {tables.calls(result['calls'])}.\n"


def _others(result: Result) -> Iterator[str]:
    tools = result["tools"]
    yield f"{result['names']:,} snapshots, Cloud Custodian {result['custodian']}.\n"
    slowest = max(of["seconds"]["median"] for of in tools.values())
    rows = [
        (
            name,
            tables.both(of["seconds"]),
            tables.bar(of["seconds"], slowest),
            tables.both(of["cpu_seconds"]),
            tables.calls(of["calls"]),
        )
        for name, of in tools.items()
    ]
    yield from tables.table(("", "seconds", "", "processor, s", "calls"), rows)
    for name, ratio in result["ratios"].items():
        median = ratio["seconds"]["median"]
        verb = "takes" if median >= 1 else "needs only"
        yield f"- `snapnames name-owned` {verb} {median:.2f} times as long as: {name}."
    wrong = result["script_out_of_order"]
    yield f"- Of its names {wrong:,} are out of the order of devices: the script numbers mappings as EC2 lists them."
    yield f"\n{_OTHERS}"


_OTHERS = """**Where they win.** While EC2 does not throttle, the script needs the least time and the fewest calls:
one for each name, where the official provider also reads each name back (DescribeTags). Custodian gives one tag to many
snapshots a call, which no Pulumi resource can: if all snapshots should have the same tag, use Custodian.

**Where they do not.** With different names EC2's bucket is the floor of all of them (see above). The script writes
every name again at each run, also over a name that a person gave. Custodian needs a policy for each name.
"""


def _where(result: Result) -> Iterator[str]:
    processes = result["by_process"]
    names = list(dict.fromkeys(name for of in processes.values() for name in of))
    empty = {"median": 0.0, "worst": 0.0}
    rows = [
        (
            "all that passed, s" if name == "all" else f"{name}, processor s",
            *(tables.both(of.get(name, empty), 2) for of in processes.values()),
        )
        for name in names
    ]
    yield f"An update of {result['names']:,} names, by process:\n"
    yield from tables.table(("", *processes), rows)
    profile = result["profile"]
    whole = profile["seconds"]
    yield f"The program (`python3`) under cProfile, which slows it down: {whole:.1f} s, by whose code ran:\n"
    yield from tables.table(
        ("code", "s", "%"), [(k, v, f"{100 * v / whole:.0f}") for k, v in profile["by_code"].items()]
    )
    yield "The functions with the most time of their own:\n"
    rows = [(f"`{one['function']}`", f"{one['calls']:,}", one["seconds"]) for one in profile["top"]]
    yield from tables.table(("function", "calls", "s"), rows)
    yield f"Ours is {100 * profile['by_code'].get('snapnames', 0.0) / whole:.1f} % of it.\n"


def _targets(result: Result) -> Iterator[str]:
    tools = list(result["exponents"])
    yield f"{result['names']} names in each account and region, {result['at_once']} of them at a time.\n"
    yield "Processor seconds of a target:\n"
    sizes = result["targets"]
    rows = [(size, *(tables.both(of[tool]["cpu_of_a_target"], 2) for tool in tools)) for size, of in sizes.items()]
    rows.append(("exponent of all", *result["exponents"].values()))
    yield from tables.table(("targets", *tools), rows)
    yield "Seconds of the whole command:\n"
    rows = [(size, *(tables.both(of[tool]["seconds"]) for tool in tools)) for size, of in sizes.items()]
    yield from tables.table(("targets", *tools), rows)


def _regions(result: Result) -> Iterator[str]:
    rows = [
        (count, step, tables.both(of["seconds"]), tables.both(of["cpu_seconds"]), f"{of['peak_mib']:.0f}")
        for count, steps in result["regions"].items()
        for step, of in steps.items()
    ]
    yield from tables.table(("copies", "command", "seconds", "processor, s", "peak, MiB"), rows)


def _ledger(result: Result) -> Iterator[str]:
    rows = []
    for images, steps in result["images"].items():
        commands = {title: of for title, of in steps.items() if title != "page_mib"}
        for title, of in commands.items():
            often = {call: count for call, count in of["calls"].items() if count > 1}
            once = len(of["calls"]) - len(often)
            calls = f"{sum(of['calls'].values()):,}: {tables.calls(often)}, and {once} others once each"
            cells = (tables.both(of["seconds"]), tables.both(of["cpu_seconds"]), f"{of['peak_mib']:.0f}", calls)
            rows.append((f"{int(images):,}", f"{int(images) * result['behind']:,}", title, *cells))
    yield from tables.table(("images", "snapshots", "command", "seconds", "processor, s", "peak, MiB", "calls"), rows)
    sizes = (f"{of['page_mib']:.2f} MiB for {int(images):,} images" for images, of in result["images"].items())
    yield f"The page takes {', '.join(sizes)}.\n"


SECTIONS = {
    "overhead": Section(
        "Overhead over the engine",
        "The same names through a component, and through a program that has each Tag written out with the official "
        "SDK. A release of 20 volumes is an image and 20 names, in the bare program too.",
        _overhead,
    ),
    "growth": Section("Growth", "The exponent of time over names: 1 is linear, 2 quadratic.", _growth),
    "bucket": Section(
        "Against EC2's bucket",
        "EC2 takes 100 CreateTags at once and 10 a second of most accounts, so S different names take (S - 100) / 10 "
        "seconds at least. `snapnames name-owned` as it is, behind a proxy with the exact buckets of every API.",
        _bucket,
    ),
    "calls": Section(
        "Calls", "What each thing asks of EC2. The tests promise the figures that matter.", _calls_section
    ),
    "others": Section(
        "Against what people use",
        "The boto3 script (one CreateTags after another, `benchmarks/name_snapshots.py`) and Cloud Custodian, on the "
        "same local AWS in the same rounds, without throttling.",
        _others,
    ),
    "peer": Section(
        "Against OpenTofu",
        "What users would take instead: OpenTofu with Terraform's AWS provider, built from Go modules, with the best "
        "programs for it (`benchmarks/tofu/programs`). The provider is cut down to the services that the built aws "
        "plugin has, so it starts faster here than a user's. `pulumi` is plain `pulumi` with the program of this "
        "repository, on a group and a launch template.",
        peer_section.shown,
    ),
    "targets": Section(
        "Many accounts and regions",
        "A stack for each account and region, beside the boto3 script in a process for each of them, as c7n-org's "
        "`run-script` starts it. The script keeps nothing, and so it writes each name again the next time. The first "
        "figures have the making of the stacks in them.",
        _targets,
    ),
    "regions": Section(
        "Copies in other regions",
        "A release of 3 EBS volumes without a fleet, with a copy in none of the regions, in 4, in 16. There is a "
        "process of the aws plugin for each region.",
        _regions,
    ),
    "ledger": Section(
        "The ledger of an account",
        "`snapnames ledger --account` by the size of the account, without a stack. Half of the images could be let go: "
        "of each service five of ten stay. One image of a hundred is used, and the snapshots of as many images that "
        "are gone come on top. `--all` reads each row of the plan by itself: only up to 1,000 images here.",
        _ledger,
    ),
    "start_up": Section(
        "Start-up",
        "What passes before any name is looked at. `OwnedImages` lists the account here, which the other program does "
        "not; it has a Tag class of its own, because the official one comes with the 180 modules of its package.",
        _start_up,
    ),
    "where": Section("Where the time goes", "An update by its processes, and a profile of the program.", _where),
}
