"""Makes a page of a template. It loads nothing from elsewhere, and its policy allows only its own script."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from snapnames.printable import LINE_LIMIT, printable


def rendered(package: str, **facts: object) -> str:
    """The page of the `page.html` in a package, with the style and the script that all pages share.

    Every text in it is escaped, and invisible characters are shown.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True)
    template = environment.from_string(files(package).joinpath("page.html").read_text(encoding="utf-8"))
    style, script = (files(__package__).joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return template.render(
        style=Markup(style),  # noqa: S704 -- a file of the package
        script=Markup(script),  # noqa: S704 -- a file of the package
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        **facts,
    )


def _shown(value: object) -> object:
    """The value of a template's expression, made harmless. `Markup` comes from the page itself and stays."""
    return printable(value, LINE_LIMIT) if isinstance(value, str) and not isinstance(value, Markup) else value
