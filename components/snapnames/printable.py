"""Makes text from outside safe to print: config, AWS's errors, and names and tags that others choose.

A terminal obeys the text that it gets. An escape sequence clears it or sets its title, a bidirectional override turns
text around, and a line break can fake a line of output. Here, such characters are shown as visible text instead.
"""

import re
import shlex
from collections.abc import Iterator

NAME_LIMIT = 512
"""Characters; no name or tag of AWS has more."""

LINE_LIMIT = 10_000
_SPAN = re.compile(r"(?<!`)(?P<fence>`+)(?!`)(?P<command>.+?)(?<!`)(?P=fence)(?!`)")


def printable(text: str, limit: int = NAME_LIMIT) -> str:
    r"""One line of printable characters. Beyond `limit` characters, a note in the middle replaces the rest.

    >>> print(printable("front-web\x1b[2J\u202e\n"))
    front-web\x1b[2J\u202e\n
    >>> printable("x" * 1000, 10)
    'xxxxx… (1000 characters) …xxxxx'
    """
    shown = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    if len(shown) <= limit:
        return shown
    half = limit // 2
    return f"{shown[:half]}… ({len(text)} characters) …{shown[-half:]}"


def printable_lines(text: str) -> str:
    r"""The same for a message of several lines.

    >>> print(printable_lines("error:\n\t* \x07"))
    error:
        * \x07
    """
    return "\n".join(printable(line, LINE_LIMIT) for line in text.expandtabs(4).split("\n"))


def shell_command(*arguments: str) -> str:
    r"""A command to copy, between backticks: a shell reads it as exactly these arguments.

    >>> print(shell_command("snapnames", "recover", "--adopt", "web; rm -r ~"))
    `snapnames recover --adopt 'web; rm -r ~'`

    An argument with a backtick can't end the span: as in markdown, more backticks than it has stand around it.

    >>> print(shell_command("snapnames", "recover", "--adopt", "`rm -r ~`"))
    ``snapnames recover --adopt '`rm -r ~`'``
    """
    command = shlex.join(printable(argument) for argument in arguments)
    fence = "`" * (1 + max(map(len, re.findall("`+", command)), default=0))
    return f"{fence}{command}{fence}"


def spans(text: str) -> Iterator[tuple[bool, str]]:
    """The parts of a sentence, each with whether it is a command between backticks.

    >>> list(spans("run `pulumi up`, or ``echo '`'``"))
    [(False, 'run '), (True, 'pulumi up'), (False, ', or '), (True, "echo '`'")]
    """
    begin = 0
    for found in _SPAN.finditer(text):
        if found.start() > begin:
            yield False, text[begin : found.start()]
        yield True, found["command"]
        begin = found.end()
    if begin < len(text):
        yield False, text[begin:]


def beside_commands(text: str) -> str:
    r"""Text from outside for a sentence in which commands stand between backticks: it can't look like one of them.

    >>> print(beside_commands("the tag keep=`rm -r ~`"))
    the tag keep='rm -r ~'
    """
    return printable(text).replace("`", "'")
