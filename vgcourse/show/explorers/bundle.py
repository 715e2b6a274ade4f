"""The static page: every explorer in one file that opens from disk or any web server, without a kernel.

Browsers refuse to load ES modules from ``file://``, and anywidget takes one text; so the modules in
``web/`` are joined into one. ``python -m vgcourse.show.explorers.bundle`` writes ``site/index.html``.
"""

import re
from functools import cache
from pathlib import Path

WEB = Path(__file__).parent / "web"
_IMPORT = re.compile(r'^import\s+\{[^}]*\}\s+from\s+"\./([\w.]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(async |const |class |function |let ))", re.MULTILINE)
_DECLARED = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function\*?)\s+(\w+)", re.MULTILINE)


def modules(entry: str = "main.js") -> list[str]:
    """Names of the modules that `entry` needs, each after all that it imports itself, `entry` last."""
    order: list[str] = []

    def visit(name: str, above: tuple[str, ...]):
        if name in above:
            raise ValueError(f"modules import each other in a circle: {' -> '.join([*above, name])}")
        for needed in _IMPORT.findall(_read(name)):
            visit(needed, (*above, name))
        if name not in order:
            order.append(name)

    visit(entry, ())
    return order


def joined(entry: str = "main.js") -> str:
    """The text of all modules in one scope, without import and export.

    Raises ValueError where two modules declare the same name at their top level.
    """
    names = modules(entry)
    owner: dict[str, str] = {}
    for module in names:
        for name in _DECLARED.findall(_read(module)):
            if name in owner:
                raise ValueError(f"{module} and {owner[name]} both declare {name!r}: rename one of them")
            owner[name] = module
    return "\n".join(f"// {name}\n{_EXPORT.sub('', _IMPORT.sub('', _read(name)))}" for name in names)


@cache
def widget_module() -> str:
    """What anywidget loads: `joined`, with ``render`` as the default export."""
    return f"{joined()}\nexport default {{ render }};\n"


@cache
def style_sheet() -> str:
    return _read("explorer.css")


def page() -> str:
    """The whole static page as HTML."""
    script = joined("page.js").replace("</script", "<\\/script")
    return (
        _read("page.html").replace("/* style */", style_sheet() + _read("page.css")).replace("/* script */", script)
    )


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
