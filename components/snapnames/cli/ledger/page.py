"""The ledger as one HTML page."""

from snapnames.cli.age import age
from snapnames.cli.ledger import plan_text, sums_text
from snapnames.cli.ledger.book import Ledger
from snapnames.cli.ledger.chart import chart
from snapnames.cli.ledger.findings import BY_NAME, KINDS
from snapnames.cli.ledger.template import rendered
from snapnames.printable import spans

OPEN = 25
"""If a kind has at most this many findings, the page shows them without a click."""


FINDINGS, IMAGES = 200, 250
"""How many findings of a kind and how many images a page has. So a page of any account stays under 2 MB."""


def page(ledger: Ledger) -> str:
    """The whole page. Every text in it is escaped, and invisible characters are shown."""
    found = {kind: [one for one in ledger.findings if one.kind == kind] for kind in KINDS}
    rows = ledger.rows[:IMAGES]
    cost, several = ledger.prices.words, ledger.several

    return rendered(
        __package__,
        ledger=ledger,
        shown_rows=rows,
        most=FINDINGS,
        several=several,
        region_columns=sums_text.REGION_COLUMNS,
        region_rows=sums_text.region_cells(ledger),
        tool_columns=sums_text.TOOL_COLUMNS,
        tool_rows=sums_text.tool_cells(ledger),
        other_columns=sums_text.OTHER_COLUMNS,
        other_rows=[sums_text.other_cells(ledger, other) for other in ledger.others[:IMAGES]],
        columns=plan_text.columns(several=several),
        plan_heading=ledger.plan and ledger.read and plan_text.heading(ledger.plan, cost),
        plan_rows=[plan_text.cells(ledger.plan, row, cost, several=several) for row in ledger.plan.rows[:IMAGES]]
        if ledger.plan
        else [],
        plan_notes=[
            *plan_text.why_safe(ledger.plan),
            *([plan_text.NOT_READ] if ledger.plan.rows else []),
            plan_text.BOUND,
            *plan_text.rest(ledger.plan, cost, several=several),
        ]
        if ledger.plan
        else [],
        sums=sums_text.sums(ledger),
        no_findings=sums_text.no_findings(ledger),
        findings={kind: ones for kind, ones in found.items() if ones},
        kinds=BY_NAME,
        spans=spans,
        limit=OPEN,
        chart=chart(rows),
        amount=cost,
        age=lambda row: age(ledger.age(row)),
        drifted={one for finding in found["drift"] for one in finding.snapshot_ids},
        rows={row.image.image_id for row in rows},
    )
