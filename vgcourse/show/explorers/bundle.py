"""The static page: every explorer in one file that opens from disk or any web server, without a kernel.

Browsers refuse to load ES modules from ``file://``, and anywidget takes one text; so the modules in
``web/`` are joined into one. ``python -m vgcourse.show.explorers.bundle`` writes ``site/index.html``.
"""

from functools import cache
from pathlib import Path

from vgcourse.show.explorers.javascript import Module, read_module

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
    return "\n".join(f"// {module.name}\n{module.body}" for module in order)


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
