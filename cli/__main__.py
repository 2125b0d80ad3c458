"""`python -m cli COMMAND`: the `snapnames` command."""

from .entry import main

main()
