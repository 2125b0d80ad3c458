"""The ledger as one HTML page. It loads nothing from elsewhere, and its policy allows only its own script."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from snapnames.cli.age import age
from snapnames.cli.ledger import plan_text, sums_text
from snapnames.cli.ledger.book import Ledger
from snapnames.cli.ledger.chart import chart
from snapnames.cli.ledger.findings import BY_NAME, KINDS
from snapnames.printable import LINE_LIMIT, printable, spans

OPEN = 25
"""If a kind has at most this many findings, the page shows them without a click."""


FINDINGS, IMAGES = 200, 250
"""How many findings of a kind and how many images a page has. So a page of any account stays under 2 MB."""


def page(ledger: Ledger) -> str:
    """The whole page. Every text in it is escaped, and invisible characters are shown."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True)
    folder = files(__package__)
    template = environment.from_string(folder.joinpath("page.html").read_text(encoding="utf-8"))
    style = folder.joinpath("page.css").read_text(encoding="utf-8")
    script = folder.joinpath("page.js").read_text(encoding="utf-8")
    found = {kind: [one for one in ledger.findings if one.kind == kind] for kind in KINDS}
    rows = ledger.rows[:IMAGES]
    cost, several = ledger.prices.words, ledger.several

    return template.render(
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
            plan_text.BOUND,
            *plan_text.rest(ledger.plan, cost, several=several),
        ]
        if ledger.plan
        else [],
        style=Markup(style),  # noqa: S704 -- the file beside this one
        script=Markup(script),  # noqa: S704 -- the file beside this one
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
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


def _shown(value: object) -> object:
    """The value of a template's expression, made harmless. `Markup` comes from the page itself and stays."""
    return printable(value, LINE_LIMIT) if isinstance(value, str) and not isinstance(value, Markup) else value
