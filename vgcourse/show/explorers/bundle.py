"""The static page: every explorer in one file that opens from disk or any web server, without a kernel.

Browsers refuse to load ES modules from ``file://``, and anywidget takes one text; so the modules in
``web/`` are joined into one. ``python -m vgcourse.show.explorers.bundle`` writes ``site/index.html``.
"""

import gzip
import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from vgcourse.palette import DARK, LIGHT, RAMP, SIZES, as_css
from vgcourse.show.explorers.javascript import Module, read_module

_SCRIPT_INSIDE = re.compile(r'"@joined:([\w.]+)"')  # stands for the text of a worker: its modules, joined
WEB = Path(__file__).parent / "web"


def modules(entry: str = "main.js") -> list[str]:
    """Names of the modules that `entry` needs, each after all that it imports itself, `entry` last."""
    return [module.name for module in _in_order(entry)]


def joined(entry: str = "main.js") -> str:
    """The text of all modules in one scope, without import and export.

    Raises ValueError where two modules declare the same name at their top level, where a name is imported that its
    module does not export, and for every form of import and export that cannot be joined (`javascript`).
    """
    order = _in_order(entry)
    owner: dict[str, str] = {}
    for module in order:
        for name in module.declared:
            if name in owner:
                raise ValueError(f"{module.name} and {owner[name]} both declare {name!r}: rename one of them")
            owner[name] = module.name
    text = "\n".join(f"// {module.name}\n{module.body}" for module in order)
    return _SCRIPT_INSIDE.sub(lambda found: json.dumps(joined(found[1])), text)


def _in_order(entry: str) -> list[Module]:
    order: dict[str, Module] = {}

    def visit(name: str, above: tuple[str, ...]):
        if name in above:
            raise ValueError(f"modules import each other in a circle: {' -> '.join([*above, name])}")
        module = read_module(name, _read(name))
        for needed, names in module.imports:
            visit(needed, (*above, name))
            if missing := [each for each in names if each not in order[needed].exported]:
                raise ValueError(f"{name} imports {missing[0]!r}, which {needed} does not export")
        order.setdefault(name, module)

    visit(entry, ())
    return list(order.values())


# The module is there at once and unpacks when it is shown: anywidget waits only two seconds for a module. All
# explorers of a page share one unpacked script.
_UNPACK = """async function unpack() {
  const bytes = Uint8Array.from(atob("%s"), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = await new Response(stream).arrayBuffer();
  return import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
}
function render(context) {
  const scripts = (globalThis.vgcourseScripts ??= {});
  const script = (scripts["%s"] ??= unpack());
  let [clean, gone] = [null, false];
  script.then((module) => {
    if (!gone) clean = module.render(context);
  });
  return () => {
    gone = true;
    clean?.();
  };
}
export default { render };
"""


@cache
def widget_module() -> str:
    """What anywidget loads: a module that unpacks `joined` and hands on its ``render``.

    A notebook is saved with the state of its widgets, so that it can show them tomorrow: packed, the script takes a
    third of the room there.
    """
    script = f"{joined()}\nexport {{ render }};\n"
    packed = gzip.compress(script.encode("utf-8"), 9, mtime=0)
    return _UNPACK % (b64encode(packed).decode("ascii"), sha256(packed).hexdigest()[:12])


@cache
def style_sheet() -> str:
    """The explorers' style sheet, headed by the palette: ``--vg-NAME`` in the light and in the dark theme."""
    sizes = " ".join(f"--vg-size-{name}: {size}px;" for name, size in SIZES.items())
    shared = f"{sizes} --vg-ramp: {', '.join(RAMP)};"
    dark = '[data-jp-theme-light="false"] .vg, [data-theme="dark"] .vg, .vg.vg-dark'
    return (
        f".vg {{ --vg-scheme: light; {shared} {as_css(LIGHT, '--vg-')} }}\n"
        f"{dark} {{ --vg-scheme: dark; {as_css(DARK, '--vg-')} color-scheme: dark; }}\n{_read('explorer.css')}"
    )


def _page_style() -> str:
    names = ("page", "ink", "muted", "border", "accent")
    sizes = f"--size-text: {SIZES['text']}px; --size-small: {SIZES['small']}px;"
    light, dark = as_css(LIGHT, names=names), as_css(DARK, names=names)
    return (
        f':root {{ {sizes} {light} }}\n:root[data-theme="dark"] {{ {dark} color-scheme: dark; }}\n{_read("page.css")}'
    )


def page() -> str:
    """The whole static page as HTML."""
    script = joined("page.js").replace("</script", "<\\/script")
    return _read("page.html").replace("/* style */", style_sheet() + _page_style()).replace("/* script */", script)


def build(folder: Path) -> Path:
    """Write the page to ``folder/index.html`` and return that path."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "index.html"
    target.write_text(page(), encoding="utf-8", newline="\n")
    return target


def _read(name: str) -> str:
    return (WEB / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    print(build(Path("site")))
