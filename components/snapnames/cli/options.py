"""Options that several commands have, and what their exit codes mean."""

from pathlib import Path
from typing import Annotated

import typer

EXIT_CODES = (
    "Exit codes: 0 done; 1 the preview or update failed, or AWS refused; 2 bad usage, nothing was run; 3 nothing to "
    "do; 130 stopped. After any but 0 the stack's config file is as it was, unless the release is in service."
)

Stack = Annotated[str | None, typer.Option(help="The stack. Default: the selected one.", metavar="NAME")]
Service = Annotated[
    str | None,
    typer.Option(help="The service, in a program that has several. Default: the only one.", metavar="NAME"),
]
Folder = Annotated[Path, typer.Option("--cwd", "-C", help="A folder of the Pulumi project.", exists=True)]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout; what a person reads goes to stderr.")]
Preview = Annotated[bool, typer.Option("--preview", help="Show what would be done, and do nothing.")]
Html = Annotated[Path | None, typer.Option("--html", help="Write one self-contained page too.", metavar="FILE")]
NewStack = Annotated[str, typer.Option(help="The name of the new stack.", metavar="NAME")]
NewFolder = Annotated[Path, typer.Option("--cwd", "-C", help="The folder for the files.", exists=True, file_okay=False)]
