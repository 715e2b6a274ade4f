"""Sphinx's settings for the course's site; `make.py` copies this file beside the prepared pages."""

import os
import re
from dataclasses import is_dataclass

from vgcourse.grading.pages.feedback.maths import mathml

REPOSITORY = os.environ["VGCOURSE_REPOSITORY"]  # make.py sets it: there the address is kept
HUB = os.environ.get("VGCOURSE_HUB", "")

project = html_title = "Vanishing gradients"
author = "the vgcourse authors"
language = "en"
smartquotes_action = "qe"  # quotes and dots, but two hyphens are an option's: --help
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.githubpages"]
napoleon_use_ivar = True  # an attribute that is a property would else be described twice
nb_execution_mode = "off"
nb_mime_priority_overrides = [("html", "text/html", 0)]
nb_code_prompt_show, nb_code_prompt_hide = "Show the code", "Hide the code"
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
html_math_renderer = "mathml"
html_theme = "sphinx_book_theme"
html_context = {"default_mode": "auto"}
html_static_path = ["_static"]
html_css_files = ["explorer.css"]
html_js_files = [("explorer.js", {"defer": "defer"})]
html_show_search_summary = False  # it would fetch every page found, ten lessons of a megabyte, for a line of each
html_copy_source = html_show_sourcelink = False
html_favicon = "_static/favicon.svg"
toc_object_entries_show_parents = "hide"
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "navbar_persistent": [],
    "show_toc_level": 2,
}
if REPOSITORY:  # without an address a button would lead nowhere
    tags.add("published")  # noqa: F821  (Sphinx's own; the pages' `only` asks for it)
    html_theme_options |= {
        "repository_url": REPOSITORY,
        "repository_branch": "main",
        "path_to_docs": "",
        "use_repository_button": True,
        "launch_buttons": {
            "binderhub_url": "https://mybinder.org",
            "colab_url": "https://colab.research.google.com",
            **({"jupyterhub_url": HUB} if HUB else {}),
            "notebook_interface": "jupyterlab",
        },
    }
# A lesson's headings are its own; the numbers of the exercises stand where the lesson puts them. A page names files
# of the repository (../../README.md) that are not pages of the site.
suppress_warnings = ["mystnb.unknown_mime_type", "myst.header", "myst.xref_missing", "toc.empty_glob"]
default_role = "py:obj"  # `single backticks` of the docstrings


def plain_bars_and_stars(app, what, name, obj, options, lines):
    """In our docstrings | and * mean themselves."""
    pattern = r"(^\s*\* |``.*?``|`[^`]*`)|([|*])"
    lines[:] = [re.sub(pattern, lambda found: found[1] or "\\" + found[2], line) for line in lines]


def no_list_of_fields(app, what, name, obj, options, signature, returned):
    """A dataclass is read, not made, by who looks here: its fields are documented one by one."""
    return ("", "") if is_dataclass(obj) else None


def write_formula(self, node):
    """Inline and displayed TeX as MathML, which browsers draw without a script or a font from elsewhere."""
    from docutils.nodes import SkipNode

    block = node.tagname == "math_block"
    drawn = str(mathml(node.astext(), block=block))
    self.body.append(f'<div class="math">{drawn}</div>' if block else f'<span class="math">{drawn}</span>')
    raise SkipNode


def setup(app):
    app.connect("autodoc-process-docstring", plain_bars_and_stars, priority=400)
    app.connect("autodoc-process-signature", no_list_of_fields)
    app.add_html_math_renderer("mathml", (write_formula, None), (write_formula, None))
