"""The ledger of many targets as one HTML page, with the style and the script of the other ledger's page."""

from snapnames.cli.ledger.template import rendered
from snapnames.cli.targets import words
from snapnames.cli.targets.report import Report

MOST = 500
"""How many accounts, targets and lines the page has. So the page of any list stays under 1 MB."""


def page(report: Report) -> str:
    """The whole page. Every text in it is escaped, and invisible characters are shown."""
    filled = sorted((row for row in report.rows if row.sums.gib or row.sums.images), key=lambda row: -row.sums.gib)
    not_read = words.not_read(report)
    return rendered(
        __package__,
        report=report,
        sums=words.sums(report),
        columns=words.COLUMNS,
        account_rows=[words.account_cells(report, rows) for rows in report.filled[:MOST]],
        target_columns=("account", "region", *words.COLUMNS[2:]),
        target_rows=[words.target_cells(report, row) for row in filled[:MOST]],
        filled=len(filled),
        not_read=not_read[:MOST],
        not_read_all=len(not_read),
    )
