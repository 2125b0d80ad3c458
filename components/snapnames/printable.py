"""Text from outside, shown on a terminal: names and tags that anyone with CreateTags can choose, AWS's errors, config.

A terminal obeys what it is sent: escape sequences clear it or set its title, a bidirectional override turns text
around, a line break begins a line of somebody else's. All of these show as what they are instead.
"""

NAME_LIMIT = 512
"""More than any name or tag of AWS has."""

LINE_LIMIT = 10_000


def printable(text: str, limit: int = NAME_LIMIT) -> str:
    r"""One line of printable characters, at most `limit` and a note of what is left out in the middle.

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
