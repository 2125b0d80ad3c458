"""The ledger of many targets as one HTML page, with the style and the script of the other ledger's page."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from snapnames.cli.targets import words
from snapnames.cli.targets.report import Report
from snapnames.printable import LINE_LIMIT, printable

MOST = 500
"""How many accounts, targets and lines the page has. So the page of any list stays under 1 MB."""


def page(report: Report) -> str:
    """The whole page. Every text in it is escaped, and invisible characters are shown."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True)
    template = environment.from_string(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    shared = files("snapnames.cli.ledger")
    style, script = (shared.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    filled = sorted((row for row in report.rows if row.sums.gib or row.sums.images), key=lambda row: -row.sums.gib)
    not_read = words.not_read(report)
    return template.render(
        report=report,
        sums=words.sums(report),
        columns=words.COLUMNS,
        account_rows=[words.account_cells(report, rows) for rows in report.filled[:MOST]],
        target_columns=("account", "region", *words.COLUMNS[2:]),
        target_rows=[words.target_cells(report, row) for row in filled[:MOST]],
        filled=len(filled),
        not_read=not_read[:MOST],
        not_read_all=len(not_read),
        style=Markup(style),  # noqa: S704 -- a file of the package
        script=Markup(script),  # noqa: S704 -- a file of the package
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
    )


def _shown(value: object) -> object:
    """The value of a template's expression, made harmless. `Markup` comes from the page itself and stays."""
    return printable(value, LINE_LIMIT) if isinstance(value, str) and not isinstance(value, Markup) else value
