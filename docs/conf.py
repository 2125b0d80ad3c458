"""How `make docs` builds these pages."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import snapnames

project = "snapnames"
release = snapnames.__version__
copyright = "the authors of snapnames"  # noqa: A001 -- Sphinx's name for it
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "snapnames"
html_extra_path = ["schema.json"]

# Pages link to headings of each other.
myst_heading_anchors = 3
autodoc_default_options = {"members": True, "show-inheritance": False}
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_class_signature = "separated"
