"""The program of a snapnames stack. Its config says what it declares."""

from snapnames.program.stack import declare_stack

declare_stack()
