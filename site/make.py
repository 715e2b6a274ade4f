"""Build the course as a site: `make site`, or ``python site/make.py [--out FOLDER] [--repository ADDRESS]``.

Four steps: run the students' notebooks (kept outputs are used again), replace their widgets, write the explorers'
script, and let Sphinx make the pages. Nothing is fetched, and the finished site asks no other host for anything.
Without an address of the repository its pages have no buttons that open a lesson on Binder or Colab.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import nbformat
from execute import executed
from prepare import prepare

from vgcourse.show.explorers import bundle

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
REPOSITORY = ""  # the address where the course is published, as in https://github.com/OWNER/REPOSITORY
NEEDED = ("sphinx", "myst_nb", "sphinx_book_theme", "nbclient")
TEXTS = {  # of the repository: the names that they have on the site
    "docs/handbook.md": "handbook.md",
    "CONTRIBUTING.md": "contributing.md",
    "docs/benchmarks.md": "benchmarks.md",
    "docs/benchmarks.svg": "benchmarks.svg",
}
LARGEST = 1_500_000  # bytes a lesson's page may have, figures and all: a second or two on a telephone


def build(out: Path, work: Path, lessons: dict[Path, bool]) -> None:
    """Write the finished site to ``out``; ``work`` keeps outputs and Sphinx's own files for the next time.

    ``lessons`` says of each student's notebook whether it is run or stands there as it is, without outputs.
    """
    source = work / "source"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(HERE / "pages", source)
    shutil.copy(HERE / "conf.py", source)
    _handbook(source)
    static = source / "_static"
    shutil.copytree(HERE / "static", static)
    (static / "explorer.css").write_text(
        bundle.style_sheet() + (HERE / "static" / "site.css").read_text("utf-8"), "utf-8"
    )
    (static / "explorer.js").write_text(f"(() => {{\n{bundle.joined('lesson_page.js')}\n}})();\n", "utf-8")
    for path, run in lessons.items():
        _lesson(path, run, source, work / "outputs")
    _sphinx(source, work / "doctrees", out)
    shutil.copy(ROOT / "site" / "index.html", out / "play.html")
    (out / "404.html").write_text(lost_page(os.environ.get("VGCOURSE_REPOSITORY", "")), "utf-8")
    for unneeded in [*out.rglob("*.map"), *out.glob("_sources")]:
        shutil.rmtree(unneeded) if unneeded.is_dir() else unneeded.unlink()


def lost_page(repository: str) -> str:
    """What GitHub Pages shows under an address that does not exist, at whatever depth: so it needs no other file."""
    home = f"/{repository.rstrip('/').rpartition('/')[2]}/" if repository else "/"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Not found · Vanishing gradients</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<style>html { color-scheme: light dark; font: 1.1rem/1.6 system-ui, sans-serif; } "
        "main { max-width: 34rem; margin: 15vh auto; padding: 0 1rem; }</style>"
        "<main><h1>This gradient has vanished</h1><p>There is no page at this address.</p>"
        f'<p><a href="{home}">To the course</a></p></main></html>\n'
    )


def too_large(out: Path) -> list[str]:
    """A sentence for each lesson's page that is larger than a page should be."""
    sizes = {page: page.stat().st_size for page in sorted(out.glob("lessons/*/*.html"))}
    return [
        f"{page.relative_to(out)} has {size / 1e6:.1f} MB; at most {LARGEST / 1e6} MB load at once on a telephone."
        for page, size in sizes.items()
        if size > LARGEST
    ]


def _lesson(path: Path, run: bool, source: Path, kept: Path) -> None:
    target = source / path.relative_to(ROOT)
    target.parent.mkdir(parents=True, exist_ok=True)
    notebook = executed(path, ROOT, kept) if run else nbformat.read(path, as_version=4)
    nbformat.write(prepare(notebook), target)
    print(f"{path.stem}: {'ready' if run else 'without outputs'}")


def _handbook(source: Path) -> None:
    """The instructor's handbook, the contributor's guide and the benchmarks, where the repository has them."""
    texts = {text: name for text, name in TEXTS.items() if (ROOT / text).is_file()}
    for text, name in texts.items():
        shutil.copy(ROOT / text, source / name)
        if name.endswith(".md"):
            page = leading_somewhere((ROOT / text).read_text("utf-8"), Path(text).parent, texts)
            (source / name).write_text(page, "utf-8")
    if (source / "benchmarks.md").exists():  # `make bench` writes it; Sphinx warns of a name that is not there
        index = source / "index.md"
        index.write_text(index.read_text("utf-8").replace("contributing*\n", "contributing*\nbenchmarks\n"), "utf-8")


def leading_somewhere(text: str, folder: Path, pages: dict[str, str]) -> str:
    """A text's links to files, from its `folder` in the repository: to the file's page, or to where it is published.

    Without an address of the repository there is no such place, and the link's words stand alone.
    """
    address = os.environ.get("VGCOURSE_REPOSITORY", "").rstrip("/")

    def link(found: re.Match) -> str:
        words, name, part = found.groups(default="")
        file = os.path.normpath(folder / name).replace(os.sep, "/")
        if file in pages:
            return f"[{words}]({pages[file]}{part})"
        return f"[{words}]({address}/blob/main/{file}{part})" if address else words

    return re.sub(r"(?<!!)\[([^\]]+)\]\((?!https?:)([^)#]+)(#[^)]*)?\)", link, text)


def _sphinx(source: Path, doctrees: Path, out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-d", str(doctrees), str(source), str(out)]
    if subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode:
        sys.exit("Sphinx found the faults above; the site was not built.")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="where the site goes")
    options.add_argument(
        "--repository", default=os.environ.get("VGCOURSE_REPOSITORY", REPOSITORY), help="its address"
    )
    options.add_argument(
        "--run", nargs="*", metavar="LESSON", help="run these lessons only, for a quick look; the others lack outputs"
    )
    chosen = options.parse_args()
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        sys.exit(f"The site needs {', '.join(missing)}: `pip install -e .[site]`, or `make site`, installs it.")
    os.environ["VGCOURSE_REPOSITORY"] = chosen.repository
    found = sorted(ROOT.glob("lessons/*/*.ipynb"))
    build(
        chosen.out.resolve(),
        ROOT / "build" / "site_work",
        {path: chosen.run is None or path.stem in chosen.run for path in found},
    )
    if large := too_large(chosen.out):
        sys.exit("\n".join(large))
    print(f"The site is in {chosen.out}; open {chosen.out / 'index.html'}.")
    if not chosen.repository:
        print("Its lessons have no launch buttons: set VGCOURSE_REPOSITORY to the address of your repository.")


if __name__ == "__main__":
    main()
