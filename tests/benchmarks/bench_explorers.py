"""Speed and memory of the explorers: `python -m tests.benchmarks.bench_explorers` (under a minute).

Slider to pixels: from the slider's input event until the browser has painted the frame that follows.
Training frame: the time that one frame of 3 nets x 10 layers keeps the page busy. Memory: of a kernel's process
before and after an explorer, and after 500 moves sent from the browser's side.
"""

import resource
import shutil
import statistics
from pathlib import Path

import psutil

PAGE = (Path(__file__).parents[2] / "site" / "index.html").as_uri()
SLIDERS = {
    "thermometers": "depth",
    "depth_profile": "depth",
    "variance_walk": "gain",
    "skip": "depth",
    "player": "moment",
}
MOVES = 30
MOVE = """async ([key, moves]) => {
    const slider = document.querySelector(`[data-key=${key}]`);
    const frame = () => new Promise(done => requestAnimationFrame(done));
    const step = (slider.max - slider.min) / 40;
    const times = [];
    for (let i = 0; i < moves; i += 1) {
        slider.value = Number(slider.min) + step * (5 + (i * 7) % 31);
        await frame();
        const begun = performance.now();
        slider.dispatchEvent(new Event('input'));
        await frame();
        await new Promise(done => setTimeout(done));
        times.push(performance.now() - begun);
    }
    return times;
}"""
TRAIN = """async () => {
    const explorer = document.querySelector('.vg').vgShell.explorer;
    explorer.play();
    await new Promise(done => setTimeout(done, 5000));
    explorer.pause();
    return [explorer.frameTimes, explorer.epoch];
}"""


def summary(times: list[float]) -> str:
    ordered = sorted(times)
    return f"median {statistics.median(ordered):6.1f} ms, p95 {ordered[int(0.95 * len(ordered))]:6.1f} ms"


def browser_times() -> None:
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for kind, key in SLIDERS.items():
            page = chromium.new_page(viewport={"width": 1400, "height": 1000})
            page.goto(f"{PAGE}#{kind}")
            page.wait_for_selector(".vg canvas")
            print(f"slider to pixels, {kind:14} {summary(page.evaluate(MOVE, [key, MOVES]))}")
            page.close()
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(f"{PAGE}#thermometers?depth=10")
        page.wait_for_selector(".vg canvas")
        frames, epochs = page.evaluate(TRAIN)
        print(f"training frame, 3 x 10 layers   {summary(frames)}; {epochs} epochs in 5 s")
        chromium.close()


def kernel_memory() -> None:
    """The kernel's own process, with ipywidgets loaded as every notebook with a progress bar has it."""
    import ipywidgets  # noqa: F401

    import vgcourse.measure.recording  # noqa: F401

    process = psutil.Process()
    before = process.memory_info().rss
    from vgcourse.show.explorers import widgets

    explorer = widgets.thermometers()
    explorer._repr_mimebundle_()
    opened = process.memory_info().rss
    for move in range(500):
        explorer.set_state({"state": f"thermometers?depth={1 + move % 10}&seed={move}"})
    moved = process.memory_info().rss
    print(f"kernel memory: explorer {(opened - before) / 1e6:.1f} MB, 500 moves {(moved - opened) / 1e6:+.1f} MB")
    print(f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


if __name__ == "__main__":
    kernel_memory()
    browser_times()
