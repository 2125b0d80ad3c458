"""Text of other people made harmless to look at."""

import unicodedata

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Control characters, which a terminal obeys; marks that turn or hide text; line separators; what is no character."""


def printable(text: str) -> str:
    r"""The text with every character that does not show as itself written as an escape.

    >>> printable("web\x1b[31m-1 \u202efdp.exe 한글")
    'web\\u001b[31m-1 \\u202efdp.exe 한글'
    """
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
