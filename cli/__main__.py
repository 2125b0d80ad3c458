"""`python -m cli COMMAND`: the `snapnames` command."""

from .app import app

app(prog_name="snapnames")
