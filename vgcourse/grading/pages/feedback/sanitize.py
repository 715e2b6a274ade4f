"""What somebody's HTML and Markdown may put on a page: words, tables, and pictures that lie in the page itself.

nbconvert's own ``sanitize_html`` is not enough here: it cleans Markdown before it is rendered, so that a link to
``javascript:`` and a remote picture get through, and its styles let ``cursor: url(…)`` call out.
"""

import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from html import unescape

import bleach
from bs4 import BeautifulSoup
from jinja2 import pass_context
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from vgcourse.grading.pages.feedback.maths import mathml, words

LONGEST = 3_000_000  # characters of one piece of HTML; a figure in it is a few hundred thousand
LONGEST_TEXT = 30_000  # characters of Markdown, without its attachments
TAGS_AT_MOST, DEEPEST, ATTRIBUTES_AT_MOST = 10_000, 200, 200  # html5lib takes the square of each

TAGS = words(
    """
    a abbr b blockquote br caption cite code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3
    h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot
    th thead tr tt u ul var
    """
)
# These go with all that is in them; of any other tag the words stay.
GONE = words(
    """
    script style template noscript iframe object embed applet frame frameset noframes noembed xmp plaintext
    textarea select datalist audio video canvas map svg math title head link meta base portal
    """
)
PLAIN = words(
    """
    align alt border cellpadding cellspacing colspan dir headers height lang open rowspan scope start title
    valign width
    """
)
STYLES = words(
    """
    background background-color border border-bottom border-collapse border-color border-left border-radius
    border-right border-spacing border-style border-top border-width color display font-size font-style
    font-weight height line-height list-style-type margin margin-bottom margin-left margin-right margin-top
    max-width min-width overflow padding padding-bottom padding-left padding-right padding-top text-align
    text-decoration vertical-align white-space width
    """
)
# No quote, no backslash, no entity, no parenthesis but a colour's: what is left cannot name an address.
_VALUE = re.compile(r"(?:[\w#%., +-]|\b(?:rgb|hsl)a?\([\d.,%/ deg]+\))+(?: ?!important)?")
_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]+")
_LINK = re.compile(r"(?:https?://|mailto:|#)[^\s\x00-\x1f]*", re.IGNORECASE)
_PYGMENTS = re.compile(r"highlight|[a-z]{1,2}\d?")
_NEVER_OPEN = words("br col hr img input li p tr td th dd dt option wbr area embed source track meta link base tbody")
_MATHS = "vg-maths"


def clean(html: str) -> Markup:
    """``html`` without anything that runs, calls, submits, or leaves its place; never raises."""
    return Markup(_clean(html, TAGS))


def render(source: str, attachments: dict | None = None) -> Markup:
    """Markdown as clean HTML, its formulas as MathML; never raises."""
    return _render(source) if not attachments else _to_html(source, attachments)


def says_something(html: str) -> bool:
    """Whether anything is left to see."""
    return "<img" in html or "<hr" in html or bool(re.sub(r"<[^>]*>|&nbsp;|\s", "", html))


@lru_cache(maxsize=1024)
def _render(source: str) -> Markup:
    return _to_html(source, {})


def _to_html(source: str, attachments: dict) -> Markup:
    if len(source) > LONGEST_TEXT:
        return Markup("<pre>{}</pre>").format(source[:LONGEST])
    renderer = _Renderer(attachments)
    try:
        html = MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # Markdown that mistune cannot take is still somebody's words
        return Markup("<pre>{}</pre>").format(source)
    safe = _clean(html, TAGS | {_MATHS})
    drawn = re.sub(rf"<{_MATHS} n=\"{renderer.secret}-(\d+)\"></{_MATHS}>", lambda m: renderer.maths[int(m[1])], safe)
    return Markup(re.sub(rf"</?{_MATHS}[^>]*>", "", drawn))


class _Renderer(IPythonRenderer):
    """Formulas are put aside under a secret that no text can know, and come back when the rest is clean."""

    def __init__(self, attachments: dict) -> None:
        super().__init__(escape=False, exclude_anchor_links=True, attachments=attachments)
        self.secret, self.maths = secrets.token_hex(8), []

    def _aside(self, tex: str, block: bool) -> str:
        self.maths.append(mathml(tex, block))
        return f'<{_MATHS} n="{self.secret}-{len(self.maths) - 1}"></{_MATHS}>'

    def inline_math(self, body: str) -> str:
        return self._aside(body, False)

    def block_math(self, body: str) -> str:
        return self._aside(body, True)

    def latex_environment(self, name: str, body: str) -> str:
        return self._aside(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    def block_mermaidjs(self, code: str) -> str:
        return super().block_code(code)

    def _embed_image_or_attachment(self, src: str) -> str:
        return (
            "" if src.removeprefix("attachment:") not in self.attachments else super()._embed_image_or_attachment(src)
        )


def _clean(html: str, tags: set[str]) -> str:
    if _too_much(html):
        return str(Markup('<pre>{}</pre><p class="quiet">(too much to show)</p>').format(html[:2000]))
    try:
        safe = bleach.clean(
            _without(html), tags, attributes=_keep, protocols={"http", "https", "mailto", "data"},
            strip=True, css_sanitizer=_Styles(),
        )  # fmt: skip
    except Exception:  # whatever a parser trips over, the reader sees what was written
        return str(Markup("<pre>{}</pre>").format(html[:2000]))
    # A picture that lay elsewhere has lost its address: its description stays.
    return re.sub(r"<img(?![^>]* src=)[^>]*>", _described, safe)


def _too_much(html: str) -> bool:
    """Whether cleaning it would take longer than anybody waits: no honest output is like that."""
    if len(html) > LONGEST or html.count("<") > TAGS_AT_MOST:
        return True
    attributes = max((tag.count("=") for tag in html.split("<")[1:]), default=0)
    return attributes > ATTRIBUTES_AT_MOST or _depth(html) > DEEPEST


def _depth(html: str) -> int:
    """How deep the elements are nested, those that may stay open counted as open."""
    depth = deepest = 0
    for end, name, alone in re.findall(r"<(/?)([a-z][\w-]*)[^<>]*?(/?)>", html, re.IGNORECASE):
        if name.lower() not in _NEVER_OPEN and not alone:
            depth = max(0, depth - 1) if end else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _without(html: str) -> str:
    """The HTML without the elements whose content is no text for a reader."""
    if not re.search("<(?:" + "|".join(GONE) + r")\b", html, re.IGNORECASE):
        return html
    soup = BeautifulSoup(html, "html.parser")
    for element in soup.find_all(lambda tag: tag.name.lower() in GONE):
        if not element.decomposed:
            element.decompose()
    return str(soup)


def _described(image: re.Match) -> str:
    alt = re.search(r" alt=\"([^\"]*)\"", image[0])
    return f"<em>[picture: {alt[1]}]</em>" if alt and alt[1] else "<em>[picture]</em>"


def _keep(tag: str, name: str, value: str) -> bool:
    """Whether an attribute stays; bleach hands values over with their entities as written."""
    if name in PLAIN or name == "style":
        return True
    if name == "src":
        return tag == "img" and bool(_PICTURE.fullmatch(value))
    if name == "href":
        return tag == "a" and bool(_LINK.fullmatch(value))
    if name == "class":
        return tag in ("span", "div") and bool(_PYGMENTS.fullmatch(value))
    return tag == _MATHS and name == "n"


class _Styles:
    """bleach's interface for the content of ``style``."""

    def sanitize_css(self, style: str) -> str:
        kept = []
        for declaration in unescape(style).split(";"):
            name, _, value = (part.strip() for part in declaration.partition(":"))
            if name.lower() in STYLES and _VALUE.fullmatch(value):
                kept.append(f"{name.lower()}: {value}")
        return "; ".join(kept)


@pass_context
def safe_markdown(context: Mapping, source: str) -> Markup:
    """nbconvert's filter ``markdown2html``, made safe: the formgrader shows answers on the instructor's server."""
    return render(source, context.get("cell", {}).get("attachments"))


def safe_html(html: str) -> Markup:
    """nbconvert's filter ``clean_html``; what is already safe passes."""
    return html if isinstance(html, Markup) else clean(html)
