"""Speed and memory of the explorers: `python -m tests.benchmarks.bench_explorers` (two minutes).

Slider to pixels: from the slider's input event until the browser has painted the frame in which the first net's new
picture stands; all nets: until the last one has answered. Busy: processor time of the page's own thread, all that it
does for a move, which no other program on the machine changes.
Training frame: the time that one frame of 3 nets x 10 layers keeps the page busy; drawn: how many frames a second
come to the screen while a worker trains. Each at the computer's own speed, and with the page slowed down six times,
as on an old laptop (Chromium slows down the page, not its worker). Memory: of a kernel's process
before and after an explorer, and after 500 moves sent from the browser's side.
"""

import resource
import shutil
import statistics
from contextlib import contextmanager
from pathlib import Path

import psutil

PAGE = (Path(__file__).parents[2] / "site" / "index.html").as_uri()
SLIDERS = {
    "thermometers": "depth",
    "network": "depth",
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
    const open = HTMLCanvasElement.prototype.getContext;
    let drawn = 0; // when a picture was last begun
    HTMLCanvasElement.prototype.getContext = function (...given) {
        drawn = performance.now();
        return open.apply(this, given);
    };
    const { queue } = document.querySelector('.vg').vgShell.explorer;
    const [times, whole] = [[], []];
    for (let i = 0; i < moves; i += 1) {
        slider.value = Number(slider.min) + step * (5 + (i * 7) % 31);
        await frame();
        const begun = performance.now();
        slider.dispatchEvent(new Event('input'));
        do await frame(); while (drawn < begun);
        await new Promise(done => setTimeout(done));
        times.push(performance.now() - begun);
        while (queue?.busy) await frame();
        whole.push(performance.now() - begun);
    }
    HTMLCanvasElement.prototype.getContext = open;
    return [times, whole];
}"""
TRAIN = """async () => {
    const explorer = document.querySelector('.vg').vgShell.explorer;
    const draw = explorer.draw.bind(explorer);
    let drawn = 0;
    explorer.draw = look => { drawn += 1; draw(look); };
    explorer.play();
    await new Promise(done => setTimeout(done, 5000));
    explorer.pause();
    return [explorer.frameTimes, explorer.epoch, drawn / 5];
}"""
RACES = {"3 x 10 layers of 16": "thermometers?depth=10", "3 x 10 layers of 64": "thermometers?depth=10&width=64"}


def summary(times: list[float]) -> str:
    ordered = sorted(times)
    return f"median {statistics.median(ordered):6.1f} ms, p95 {ordered[int(0.95 * len(ordered))]:6.1f} ms"


def browser_times() -> None:
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for slower in (1, 6):
            for kind, key in SLIDERS.items():
                with slowed_page(chromium, kind, slower) as page:
                    (first, whole), busy = page_work(page, MOVE, [key, MOVES])
                    print(f"{slower}x: slider to pixels, {kind:14} {summary(first)}; all nets: {summary(whole)}")
                    if slower == 1:
                        print(f"    the page's own thread is busy for {1000 * busy / MOVES:.1f} ms a move")
            for words, state in RACES.items():
                with slowed_page(chromium, state, slower) as page:
                    frames, epochs, rate = page.evaluate(TRAIN)
                    print(
                        f"{slower}x: training frame, {words} {summary(frames)}; {rate:.0f} a second, {epochs} epochs"
                    )
        chromium.close()


def page_work(page, script: str, given) -> tuple:
    """What the script returns, and how many seconds of a processor the page's own thread took meanwhile."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _busy(session)
    answer = page.evaluate(script, given)
    return answer, _busy(session) - before


def _busy(session) -> float:
    return next(m["value"] for m in session.send("Performance.getMetrics")["metrics"] if m["name"] == "TaskDuration")


@contextmanager
def slowed_page(chromium, state: str, slower: int):
    """The explorers' page on a computer that is so many times slower."""
    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(f"{PAGE}#{state}")
    page.wait_for_selector(".vg canvas")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    yield page
    page.close()


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
