"""Take README's pictures anew, all or those named: ``python site/pictures.py [NAME …]``, after ``make site``.

Needs Chromium and playwright.

``network.png`` and ``explorer.png`` come from ``site/index.html``, ``lesson.png`` from the built page of lesson 4,
and ``by_step.png`` from the code that README shows beside it.
"""

import shutil
import sys
from pathlib import Path

from vgcourse.show.explorers.stills import slim

HERE = Path(__file__).resolve().parent
PAGE = (HERE / "index.html").as_uri()
LESSON = HERE.parent / "build" / "site" / "lessons" / "04_gradients" / "gradients.html"
EXPLORER = "document.querySelector('.vg').vgShell.explorer"
EPOCHS = 104  # README says so under the picture
# From the cell above the result to the caption of the figure, in one box that can be photographed.
GATHER = """() => {
    const result = document.querySelector('[data-reveals="flat-profile"]').closest('div.cell');
    const box = document.createElement('div'), cells = [...document.querySelectorAll('div.cell')];
    const at = cells.indexOf(result);
    const caption = [...document.querySelectorAll('.bd-article p')].find(p =>
        result.compareDocumentPosition(p) & Node.DOCUMENT_POSITION_FOLLOWING && p.textContent.startsWith('Figure'));
    cells[at - 2].before(box);
    box.append(...cells.slice(at - 2, at + 1), caption);
    box.style.cssText = 'padding: 12px 16px; background: white';
    box.id = 'picture';
    document.querySelectorAll('.bd-header-article, .pst-skip-link, #pst-skip-link').forEach(bar => bar.remove());
}"""


def network(tab) -> None:
    """One backward pass through eight sigmoid layers, drawn unit by unit."""
    _open(tab, "network?depth=8&width=16&seed=1")
    tab.evaluate(f"{EXPLORER}.finish()")
    tab.wait_for_timeout(300)
    tab.locator(".vg-card").screenshot(path=HERE / "network.png")


def explorer(tab) -> None:
    """Three nets side by side, trained."""
    _open(tab, "thermometers")
    tab.evaluate(f"{EXPLORER}.runs.forEach(run => {{ while (run.epoch < {EPOCHS}) run.trainEpoch(); }})")
    tab.evaluate(f"{EXPLORER}.pause()")
    tab.wait_for_timeout(400)
    tab.locator(".vg").screenshot(path=HERE / "explorer.png")


def lesson(tab) -> None:
    """A guess beside its result, as the site shows it."""
    tab.goto(LESSON.as_uri())
    form = tab.locator("form.vg-predict").filter(has=tab.locator("input[value='about a thousandth']")).first
    form.locator("input[value='about a thousandth']").check()
    form.locator("button[type=submit]").click()
    tab.wait_for_timeout(1500)  # until the page has found its place: what is photographed earlier is cut
    tab.evaluate(GATHER)
    tab.wait_for_timeout(1500)
    tab.locator("#picture").screenshot(path=HERE / "lesson.png")


def by_step() -> None:
    """Three recurrent nets, untrained, seed 0: the gradient at each of fifty time steps."""
    import keras
    import numpy as np

    import vgcourse as vg

    X = np.random.default_rng(0).normal(size=(32, 50, 1)).astype("float32")
    found = {}
    for kind in (keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((50, 1)), kind(32), keras.layers.Dense(1)])
        found[kind.__name__] = vg.gradient_by_step(model, X)
        print(found[kind.__name__])
    vg.plots.gradient_by_step(found).savefig(HERE / "by_step.png", dpi=110)
    slim(HERE / "by_step.png")


def _open(tab, state: str) -> None:
    tab.goto(f"{PAGE}#{state}")
    tab.wait_for_selector(".vg canvas")
    tab.wait_for_timeout(400)


BROWSED = {"network": (network, 1000, 1.6), "explorer": (explorer, 1180, 1), "lesson": (lesson, 1500, 1)}


def main() -> None:
    from playwright.sync_api import sync_playwright

    names = sys.argv[1:] or ["by_step", *BROWSED]
    if unknown := set(names) - {"by_step", *BROWSED}:
        sys.exit(f"There is no picture {', '.join(unknown)}; there are by_step, {', '.join(BROWSED)}.")
    if "lesson" in names and not LESSON.is_file():
        sys.exit(f"There is no {LESSON.relative_to(HERE.parent)}: `make site` builds it.")
    if "by_step" in names:
        by_step()
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name in BROWSED.keys() & names:
            take, width, density = BROWSED[name]
            take(chromium.new_page(viewport={"width": width, "height": 900}, device_scale_factor=density))
            slim(HERE / f"{name}.png")
        chromium.close()


if __name__ == "__main__":
    main()
