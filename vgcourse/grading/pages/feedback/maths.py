"""TeX as MathML, which every browser draws without a script, a font or a request."""

import xml.etree.ElementTree as tree
from functools import lru_cache

from markupsafe import Markup, escape

try:
    from latex2mathml.converter import convert
except ImportError:  # the formulas are then read as they were written
    convert = None


def words(text: str) -> frozenset[str]:
    """The words of a list of names."""
    return frozenset(text.split())


LONGEST = 4000  # characters: what is longer is no formula
TAGS = words(
    """
    math mrow mi mn mo mtext mspace ms mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr
    mtd mstyle mpadded mphantom menclose mmultiscripts mprescripts none
    """
)
ATTRIBUTES = words(
    """
    display displaystyle scriptlevel mathvariant stretchy fence form separator largeop movablelimits accent
    accentunder symmetric minsize maxsize lspace rspace width height depth linethickness columnalign rowalign
    columnspacing rowspacing columnlines rowlines notation
    """
)
ROWS = words("math mrow mtd msqrt mstyle")  # whose parts stand side by side, however many
FUNCTIONS = words("ln log exp sin cos tan tanh max min")
OPENING = {"(", "[", "{", "\u2061", ",", ")", "="}  # after these names no space is wanted
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


@lru_cache(maxsize=4096)
def mathml(tex: str, block: bool = False) -> Markup:
    """The formula as MathML; what cannot be drawn, or would draw more than a formula, stays readable TeX."""
    try:
        return _drawn(tex, block)
    except Exception:  # a converter meets students' TeX: whatever it raises, the reader sees what was written
        tag = Markup('<pre class="tex">{}</pre>' if block else '<code class="tex">{}</code>')
        return tag.format(tex.strip())


def _drawn(tex: str, block: bool) -> Markup:
    if convert is None or len(tex) > LONGEST:
        raise ValueError("left as it is")
    element = tree.fromstring(convert(tex.strip(), display="block" if block else "inline"))
    _typeset(element)
    words = Markup(' alttext="{}"').format(tex.strip())
    return Markup(_write(element).replace("<math", f"<math{words}", 1))


def _typeset(element: tree.Element) -> None:
    """As TeX sets it: a space follows ln and log.

    What the converter writes over a long arrow is padded by differences ("+0.8em"), which browsers do not know. A
    sum's limits stay beside it: below and above they lie on it where a computer has no font for formulas.
    """
    for above in list(element.iter()):
        children = list(above)
        tag = above.tag.removeprefix(_NAMESPACE)
        if tag == "mpadded":
            above.attrib.clear()
        for at in reversed(range(len(children) - 1 if tag in ROWS else 0)):
            if children[at].text in FUNCTIONS and (children[at + 1].text or "") not in OPENING:
                above.insert(at + 1, tree.Element("mspace", width="0.17em"))


def _write(element: tree.Element) -> str:
    """The element and all below it, made anew; raises ValueError at anything that is no formula.

    The converter passes HTML in ``\\text`` and addresses in ``\\href`` through.
    """
    tag = element.tag.removeprefix(_NAMESPACE)
    if tag not in TAGS:
        raise ValueError(f"<{tag}> is no part of a formula")
    kept = {name: value for name, value in element.attrib.items() if name in ATTRIBUTES}
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
    inside = "".join(_write(child) + str(escape(child.tail or "")) for child in element)
    return f"<{tag}{attributes}>{escape(element.text or '')}{inside}</{tag}>"
