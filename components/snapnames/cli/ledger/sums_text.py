"""The sums in sentences and cells, for a terminal and for the page."""

from collections.abc import Callable

from snapnames.cli.age import age
from snapnames.cli.ledger.book import Ledger, Region
from snapnames.cli.ledger.plan_text import counted
from snapnames.cli.ledger.prices import Sizes
from snapnames.cli.ledger.sums import Other, Totals
from snapnames.cli.ledger.view import COPY, EXISTS, GONE, UNREAD
from snapnames.rules.tools import TOOLS, UNKNOWN

REGION_COLUMNS = ("account", "region", "images", "snapshots behind them", "orphans", "others behind no image", "all")
TOOL_COLUMNS = ("tool, by its tags", "images", "snapshots", "at most")
OTHER_COLUMNS = ("snapshot", "name", "size", "age", "volume", "tool")

_OTHERS = {
    EXISTS: "of volumes that still exist",
    GONE: "of volumes that are gone",
    COPY: "copies",
    UNREAD: "of volumes that are not known, because DescribeVolumes was not answered",
}


def sums(ledger: Ledger) -> list[str]:
    """The sums, in sentences. If no region could be read, there are no sums."""
    if not ledger.read:
        return _not_read(ledger)
    totals, amount = ledger.totals, ledger.prices.words
    images, snapshots = counted(totals.images, "image"), counted(totals.snapshots, "snapshot")
    size = amount(ledger.sizes(lambda one: one.size))
    lines = [f"{ledger.about}: {images}, {snapshots}, at most {size}"]
    if totals.orphans_size:
        lines.append(f"orphan snapshots: at most {amount(ledger.sizes(lambda one: one.orphans_size))} more")
    if totals.others:
        others = amount(ledger.sizes(lambda one: one.other_sizes.total()))
        lines.append(
            f"backups of volumes, copies and others, behind no image: {totals.others.total()}, at most {others} more "
            f"({_by_volume(ledger)})"
        )
    if totals.unused_size:
        lines.append(f"of it images that nothing uses: at most {amount(ledger.sizes(lambda one: one.unused_size))}")
    lines.append("size is that of the whole volumes: snapshots are incremental, and EC2 bills less")
    return [*lines, *_not_read(ledger), *_empty(ledger), *_prices(ledger)]


def _by_volume(ledger: Ledger) -> str:
    totals = ledger.totals
    return "; ".join(
        f"{words}: {totals.others[kind]}, {totals.other_sizes[kind]} GiB"
        for kind, words in _OTHERS.items()
        if totals.others[kind]
    )


def _not_read(ledger: Ledger) -> list[str]:
    """The regions that could not be read, and why."""
    return [
        f"{region.name} could not be read, so nothing of it is in this report: {region.unread}"
        for region in ledger.unread
    ]


def _empty(ledger: Ledger) -> list[str]:
    """The regions that have nothing, if there are several."""
    names = [region.name for region in ledger.read if _is_empty(region)]
    return [f"no image and no snapshot is in {', '.join(names)}"] if names and ledger.several else []


def _is_empty(region: Region) -> bool:
    return not (region.totals.images or region.totals.everything)


def _prices(ledger: Ledger) -> list[str]:
    """What a GB-month costs. Regions with the same price stand together, and those that have nothing are left out."""
    lines = []
    priced = [region for region in ledger.read if not (ledger.several and _is_empty(region))]
    for price in dict.fromkeys(region.price for region in priced):
        regions = ", ".join(region.name for region in priced if region.price == price)
        if price is None:
            lines.append(f"no price is known for {regions}: give --price-per-gb-month")
            continue
        dated = f", as of {price.as_of}" if price.as_of else ""
        where = f" in {regions}" if ledger.several else ""
        lines.append(f"price{where}: {price.usd_per_gb_month} USD per GB-month{dated} ({price.source})")
    return lines


def region_cells(ledger: Ledger) -> list[tuple[str, ...]]:
    """One row of `REGION_COLUMNS` for each region that has anything, and one for all. One region needs no table."""
    if not ledger.several:
        return []
    rows = [_region(ledger, region) for region in ledger.regions if region.unread or not _is_empty(region)]
    return [*rows, _totals(ledger, "all that was read", ledger.totals, ledger.sizes)]


def _region(ledger: Ledger, region: Region) -> tuple[str, ...]:
    if region.unread:
        return (ledger.account_id or "-", region.name, "could not be read", *["-"] * (len(REGION_COLUMNS) - 3))
    return _totals(ledger, region.name, region.totals, lambda of: {region.name: of(region.totals)})


def _totals(
    ledger: Ledger, name: str, totals: Totals, sizes: Callable[[Callable[[Totals], int]], Sizes]
) -> tuple[str, ...]:
    amount = ledger.prices.words
    return (
        ledger.account_id or "-",
        name,
        str(totals.images),
        f"{totals.snapshots}, {amount(sizes(lambda one: one.size))}",
        amount(sizes(lambda one: one.orphans_size)),
        f"{totals.others.total()}, {amount(sizes(lambda one: one.other_sizes.total()))}",
        amount(sizes(lambda one: one.everything)),
    )


def tool_cells(ledger: Ledger) -> list[tuple[str, ...]]:
    """One row of `TOOL_COLUMNS` for each tool that has anything."""
    totals = ledger.totals
    return [
        (tool, str(totals.tool_images[tool]), str(totals.tool_snapshots[tool]), _of_tool(ledger, tool))
        for tool in TOOLS
        if totals.tool_images[tool] or totals.tool_snapshots[tool]
    ]


def _of_tool(ledger: Ledger, tool: str) -> str:
    return ledger.prices.words(ledger.sizes(lambda one: one.tool_sizes[tool]))


def tools(ledger: Ledger) -> str:
    """What each tool has, in one sentence; empty if no tool is known."""
    totals = ledger.totals
    found = [tool for tool in TOOLS if totals.tool_images[tool] or totals.tool_snapshots[tool]]
    if found in ([], [UNKNOWN]):
        return ""
    parts = (
        f"{tool} {counted(totals.tool_images[tool], 'image')}, {counted(totals.tool_snapshots[tool], 'snapshot')}"
        for tool in found
    )
    return f"by the tool that their tags name: {'; '.join(parts)}"


def other_cells(ledger: Ledger, other: Other) -> tuple[str, ...]:
    """One cell for each of `OTHER_COLUMNS`."""
    snapshot = other.snapshot
    volume = snapshot.volume_id if snapshot.volume_id and not snapshot.copied else ""
    where = f" in {other.region}" if ledger.several else ""
    return (
        f"{snapshot.snapshot_id}{where}",
        snapshot.name or "-",
        ledger.prices.words({other.region: snapshot.size}),
        age(ledger.taken - snapshot.started),
        f"{other.volume} {volume}".strip(),
        other.tool,
    )


def no_findings(ledger: Ledger) -> str:
    """What is said if there is no finding: only of what was read."""
    if not ledger.read:
        return "nothing could be read, so nothing is known"
    return "no findings in the regions that could be read" if ledger.unread else "no findings"
