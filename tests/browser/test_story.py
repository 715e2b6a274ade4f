"""The story page: every number and every right answer on it is what the explorers compute."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from pages import EXPLORER, open_explorer
from sentences import read_number

from vgcourse.show.explorers import bundle

pytestmark = pytest.mark.browser

STORY = (Path(__file__).parents[2] / "site" / "pages" / "story.md").read_text("utf-8")
EPOCHS = 200  # "after two hundred rounds"
PROFILE = f"{EXPLORER}.pass.columns.filter(({{ name }}) => /^\\d+$/.test(name)).map(({{ sizes }}) => rms(sizes))"
RATIO = f"""(() => {{
    const rms = sizes => Math.hypot(...sizes) / Math.sqrt(sizes.length);
    const profile = {PROFILE};
    return profile[profile.length - 1] / profile[0];
}})()"""
FACTS = {
    "ratio": f"""() => {{
        const ratio = {RATIO};
        return [vgcourse.plainNumber(Math.max(ratio, 1 / ratio)), ratio > 1 ? "smaller" : "larger"];
    }}""",
    "factor": f"""to => {{
        const {{ columns, arrows }} = {EXPLORER}.pass;
        return vgcourse.plainNumber(arrows.find(arrow => columns[arrow.to].name === to).factor);
    }}""",
    "right": f"""([i, epochs]) => {{
        const run = {EXPLORER}.runs[i];
        while (run.epoch < epochs) run.trainEpoch();
        return String(Math.floor(100 * run.accuracy));
    }}""",
}


class Story(HTMLParser):
    """Steps with their explorer's state, their answers and facts; and all words outside of facts and questions."""

    def __init__(self):
        super().__init__()
        self.steps, self.facts, self.plain, self.open = [], [], [], []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        classes = (given.get("class") or "").split()
        self.open.append((tag, classes))
        if "vg-step" in classes:
            self.steps.append({"right": int(given["data-right"]), "answers": []})
        if "vg-fact" in classes:
            self.facts.append([given["data-state"], given["data-fact"], "", len(self.steps) - 1])
        if "vg-mount" in classes:
            self.steps[-1] |= {"state": given["data-state"], "only": given["data-only"]}

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        inside = [name for _, classes in self.open for name in classes]
        tag = self.open[-1][0] if self.open else ""
        if "vg-fact" in inside:
            self.facts[-1][2] += data
        elif tag == "button":
            self.steps[-1]["answers"].append(data)
        elif "vg-ask" not in inside and tag != "h2":
            self.plain.append(data)


@pytest.fixture(scope="module")
def story() -> Story:
    parsed = Story()
    parsed.feed(re.search(r"```\{raw\} html\n(.*?)```", STORY, re.DOTALL)[1])
    return parsed


def test_seven_steps_each_with_one_control_and_one_right_answer(story):
    assert len(story.steps) == 7
    for step in story.steps:
        assert len(step["only"].split()) == 1 and f"{step['only']}=" in step["state"]
        assert 0 <= step["right"] < len(step["answers"]) and len(step["answers"]) >= 3


def test_every_number_is_computed_by_the_engine(watched, story):
    page, last = watched.page, None
    for state, fact, text, _ in story.facts:
        if state != last:
            open_explorer(page, state)
            last = state
        kind, _, which = fact.partition(" ")
        argument = [int(which), EPOCHS] if kind == "right" else which
        found = page.evaluate(FACTS[kind], argument)
        if kind == "ratio":  # what is said behind it: so many times smaller, or larger
            found, way = found
            said = re.search(rf'data-state="{re.escape(state)}" data-fact="ratio">[^<]*</b>\s+times (\w+)', STORY)
            assert (said or [0, way])[1] == way, (state, fact)
        assert found == text, (state, fact)
    assert len(story.facts) >= 12
    watched.assert_clean()


def test_no_number_stands_outside_of_the_facts(story):
    """Names of settings, "step 1" and "layer 8" aside: what is measured is marked, and so asserted."""
    text = " ".join(story.plain)
    named = r"N\(0, (?:0\.05²|1)\)|variance 2 / n|(?:[Ss]tep|[Ll]ayer|block) \d+"
    assert not re.search(r"\d", re.sub(named, "", text)), re.search(
        r".{20}\d.{20}", re.sub(named, "", text), re.DOTALL
    )


def test_the_answers_called_right_are_right(story):
    """Each right answer's words against the numbers of its own step."""
    of = [[float(text.replace(",", "").split()[0]) for _, _, text, at in story.facts if at == k] for k in range(7)]
    chosen = [step["answers"][step["right"]] for step in story.steps]
    tanh, relu, sigmoid, shallow = of[0]
    assert chosen[0] == "the sigmoid net" and sigmoid < 55 < 60 < shallow < 95 < min(tanh, relu)
    assert chosen[1] == "less than a third" and of[1][0] < 1 / 3
    assert chosen[2] == "thousands of times" and of[2][0] > 2000
    assert chosen[3] == "about one" and 0.9 < (1 / of[3][0]) ** (1 / 7) < 1.1
    assert chosen[4] == "it vanishes" and "million" in story.facts[[at for *_, at in story.facts].index(4)][2]
    assert chosen[5] == "about the same" and of[5][0] < 3
    assert chosen[6] == "the one with skips" and of[6][0] > 95 > 55 > of[6][1]


def test_one_sigmoid_layer_learns_and_two_do_not(watched):
    """What step 1 says of depth: where one layer goes on, it learns; a second one is already too much for a round."""
    page = watched.page
    for depth, learns in ((1, True), (2, False)):
        open_explorer(page, f"thermometers?depth={depth}")
        assert (int(page.evaluate(FACTS["right"], [0, 2 * EPOCHS])) > 95) == learns, depth


def test_no_other_seed_or_depth_belies_the_story(watched):
    """What the controls of steps 2 and 3 can reach: a third at most comes through, and each layer costs a factor."""
    page = watched.page
    for seed in range(1, 9):
        open_explorer(page, f"network?depth=2&width=16&seed={seed}")
        assert page.evaluate(FACTS["factor"].replace("vgcourse.plainNumber", ""), "1") < 1 / 3, seed
    ratios = []
    for depth in range(2, 13):
        open_explorer(page, f"network?depth={depth}&width=16")
        ratios.append(read_number(page.evaluate(FACTS["ratio"])[0]))
    assert all(later > 2 * before for before, later in pairwise(ratios)), ratios


CONTROLLED = {  # a step's explorer and its control -> choices, and the range of how many times smaller layer 1's gets
    "activation=relu&depth=8&initializer=matched": ("activation", {"relu tanh": (0.3, 3), "sigmoid": (1e3, 1e9)}),
    "form=skip&activation=relu&depth=10&initializer=random_normal": (
        "form",
        {"skip": (0.3, 3), "lstm": (3, 100), "plain recurrent": (1e6, 1e12)},
    ),
    "activation=relu&depth=8&initializer=random_normal": (
        "initializer",
        {
            "matched he_normal": (0.3, 3),
            "glorot_uniform orthogonal torch random_normal": (20, 1e9),
            "normal uniform": (0, 0.01),
        },
    ),
}


@pytest.mark.parametrize("state", CONTROLLED)
def test_what_a_step_says_holds_for_every_choice_of_its_control(watched, story, state):
    control, choices = CONTROLLED[state]
    assert any(f"{state}&width=16" in step["state"] and step["only"] == control for step in story.steps)
    for names, (low, high) in choices.items():
        for name in names.split():
            open_explorer(watched.page, f"network?{state}&width=16&{control}={name}")
            assert low < watched.page.evaluate(RATIO) < high, name


def test_facts_of_a_step_are_those_of_the_explorer_beside_it(story):
    """The first fact of steps 2 to 6 has the state that its own explorer opens with."""
    from urllib.parse import parse_qs

    for k in range(1, 6):
        fact = next(state for state, _, _, at in story.facts if at == k)
        mine, beside = (parse_qs(text.partition("?")[2]) for text in (fact, story.steps[k]["state"]))
        assert mine.items() <= beside.items(), k


def write_story(target: Path) -> str:
    """The story with the site's script and styles, without the theme around it; returns the page's address."""
    raw = re.search(r"```\{raw\} html\n(.*?)```", STORY, re.DOTALL)[1]
    script = bundle.joined("lesson_page.js").replace("</script", "<\\/script")
    style = bundle.style_sheet() + (Path(__file__).parents[2] / "site" / "static" / "site.css").read_text("utf-8")
    text = f"<!doctype html><html lang='en'><meta charset='utf-8'><title>Story</title><style>{style}</style>"
    target.write_text(f"{text}<main><h1>Story</h1>{raw}</main><script>(() => {{{script}}})()</script>", "utf-8")
    return target.as_uri()


@pytest.fixture
def page_of_its_own(tmp_path):
    return write_story(tmp_path / "story.html")


def test_a_guess_opens_its_step_by_keyboard_and_is_kept(watched, page_of_its_own):
    page = watched.page
    page.goto(page_of_its_own)
    page.wait_for_selector("#step-2 canvas", state="attached")
    step = page.locator("#step-2")
    assert not step.locator(".vg-told").is_visible() and not step.locator(".vg-bar").is_visible()
    step.locator(".vg-ask button").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert step.locator(".vg-told").is_visible() and step.locator("[data-key=seed]").is_visible()
    assert step.locator("select, input[type=range]").count() == 1
    assert "Not quite. The answer: less than a third" in step.locator(".vg-said").inner_text()
    page.wait_for_function("document.querySelector('#step-2 .vg-verdict').innerText.includes('smaller')")
    page.reload()
    page.wait_for_selector("#step-2.vg-open canvas", state="attached")
    assert "guessed 1 of 7 times, 0 right" in page.inner_text(".vg-tally")
    watched.assert_clean()


def test_before_a_guess_nobody_is_told_to_press_what_is_not_there(open_page, page_of_its_own):
    """Nor who listens; after it the sentence below the drawing is told to both."""
    page = open_page(reduced_motion="reduce").page
    page.goto(page_of_its_own)
    for number in (2, 3):
        step = page.locator(f"#step-{number}")
        step.scroll_into_view_if_needed()
        told = f"document.querySelector('#step-{number} [aria-live]')?.textContent"
        page.wait_for_function(f"{told}?.includes('Press Show one step')")
        assert "Press" not in step.aria_snapshot() and "less to 10" in step.aria_snapshot()
        step.locator(".vg-ask button").first.click()
        page.wait_for_function(f"{told}.includes('smaller')")
        assert "smaller than layer" in step.aria_snapshot().split("What counts as vanished")[1]


def test_paper_is_white_whatever_the_screen_is(open_page, page_of_its_own):
    watched = open_page(viewport={"width": 800, "height": 900})
    page = watched.page
    page.goto(page_of_its_own)
    page.wait_for_selector("#step-1 canvas", state="attached")
    look = """() => [document.documentElement.dataset.theme,
        ...[...document.querySelectorAll('.vg')].map(root => String(root.vgShell.theme.dark))]"""
    page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(look) == ["light", *["false"] * 7]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(look)[0] == "dark"
    page.wait_for_function("document.querySelector('.vg').vgShell.theme.dark")
    watched.assert_clean()


@pytest.mark.parametrize("width", [1400, 800, 390])
def test_the_story_fits_and_prints(open_page, page_of_its_own, width):
    watched = open_page(viewport={"width": width, "height": 900})
    page = watched.page
    page.goto(page_of_its_own)
    page.wait_for_selector("#step-1 canvas", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".vg-told").first.is_visible() and page.locator(".vg-mount .vg").count() == 7
    watched.assert_clean()
