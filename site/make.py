"""Build the course as a site: `make site`, or ``python site/make.py [--out FOLDER] [--repository ADDRESS]``.

Four steps: run the students' notebooks (kept outputs are used again), replace their widgets, write the explorers'
script, and let Sphinx make the pages. Nothing is fetched, and the finished site asks no other host for anything.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from execute import executed
from prepare import prepare

from vgcourse.show.explorers import bundle

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
REPOSITORY = "https://github.com/OWNER/REPOSITORY"  # the one place to change; README and pyproject name it too


def build(out: Path, work: Path, lessons: list[Path]) -> None:
    """Write the finished site to ``out``; ``work`` keeps outputs and Sphinx's own files for the next time."""
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
    for path in lessons:
        _lesson(path, source, work / "outputs")
    _sphinx(source, work / "doctrees", out)
    shutil.copy(ROOT / "site" / "index.html", out / "play.html")
    for unneeded in [*out.rglob("*.map"), *out.glob("_sources")]:
        shutil.rmtree(unneeded) if unneeded.is_dir() else unneeded.unlink()


def _lesson(path: Path, source: Path, kept: Path) -> None:
    target = source / path.relative_to(ROOT)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(prepare(executed(path, ROOT, kept)), target)
    print(f"{path.stem}: ready")


def _handbook(source: Path) -> None:
    """The instructor's handbook and the contributor's guide, where the repository has them."""
    for name, found in {
        "handbook.md": ROOT / "docs" / "handbook.md",
        "contributing.md": ROOT / "CONTRIBUTING.md",
    }.items():
        if found.is_file():
            shutil.copy(found, source / name)


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
    options.add_argument("--only", nargs="*", help="names of lessons, for a quick look")
    chosen = options.parse_args()
    os.environ["VGCOURSE_REPOSITORY"] = chosen.repository
    lessons = [path for path in sorted(ROOT.glob("lessons/*/*.ipynb")) if not chosen.only or path.stem in chosen.only]
    build(chosen.out.resolve(), ROOT / "build" / "site_work", lessons)
    print(f"The site is in {chosen.out}; open {chosen.out / 'index.html'}.")


if __name__ == "__main__":
    main()
