"""Walking through a page by Tab alone: what has the focus at every stop, its name, and whether it is seen."""

# Where the focus is, and how it shows: an outline, on what the grounds of all around it make together, over white.
HERE = """() => {
    const at = document.activeElement;
    if (!at || at === document.body || at === document.documentElement) return null;
    at.dataset.stop ??= String(document.querySelectorAll('[data-stop]').length);
    const painted = colours => {
        const g = new OffscreenCanvas(1, 1).getContext('2d');
        for (const colour of ['white', ...colours]) {
            g.fillStyle = colour;
            g.fillRect(0, 0, 1, 1);
        }
        return `rgb(${[...g.getImageData(0, 0, 1, 1).data.slice(0, 3)].join(', ')})`;
    };
    const grounds = [];
    for (let around = at.parentElement; around; around = around.parentElement) {
        grounds.unshift(getComputedStyle(around).backgroundColor);
    }
    const style = getComputedStyle(at);
    const box = at.getBoundingClientRect();
    return {
        stop: Number(at.dataset.stop), html: at.outerHTML.slice(0, 110), tag: at.localName,
        outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
        colour: painted([...grounds, style.outlineColor]), behind: painted(grounds),
        seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""
# Tab goes on from where the focus was, also after it was taken away: so it is put on the page as a whole.
TO_THE_TOP = """() => {
    const page = document.documentElement;
    page.tabIndex = -1;
    page.focus();
    page.removeAttribute('tabindex');
    document.querySelectorAll('[data-stop]').forEach(each => { delete each.dataset.stop; });
}"""
# What a person can press or move, in the order of the page; of radio buttons with one name, one gets the focus.
CONTROLS = """() => {
    const names = new Set();
    return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
        .filter(each => each.checkVisibility({ visibilityProperty: true }) && !each.disabled)
        .filter(each => each.getClientRects().length && each.tabIndex >= 0 && !each.closest('[inert]'))
        .filter(each => each.type !== 'radio' || !names.has(each.name) && names.add(each.name))
        .map(each => [each.dataset.stop === undefined ? null : Number(each.dataset.stop), each.outerHTML])
        .map(([stop, html]) => [stop, html.slice(0, 110)]);
}"""


def walk(page, most: int = 400) -> list[dict]:
    """Every stop from the top of the page to its end; fails where the focus never leaves the page again."""
    page.evaluate(TO_THE_TOP)
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here and not here["seen"]:
            page.wait_for_timeout(500)  # a link that slides in takes its time
            here = page.evaluate(HERE)
        if here is None or (stops and here["stop"] < len(stops)):
            break
        stops.append(here | named(page))
    else:
        raise AssertionError(f"after {most} Tabs still on the page: {here['html']}")
    return stops


def named(page) -> dict:
    """Role and name of what has the focus, as a screen reader is told."""
    session = page.context.new_cdp_session(page)
    found = session.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
    tree = session.send("Accessibility.getPartialAXTree", {"objectId": found, "fetchRelatives": False})["nodes"][0]
    session.detach()
    return {key: tree.get(key, {}).get("value", "") for key in ("role", "name")}


def faults(page, stops: list[dict]) -> list[str]:
    """What is wrong with the walk: controls never reached, names or outlines missing, stops out of sight."""
    found = [f"no Tab leads to {html}" for stop, html in page.evaluate(CONTROLS) if stop is None]
    for stop in stops:
        if not stop["name"].strip():
            found.append(f"no name: {stop['html']}")
        if not stop["seen"]:
            found.append(f"out of sight with the focus: {stop['html']}")
        if stop["outline"] < 2:
            found.append(f"focus not shown: {stop['html']}")
        elif (ratio := contrast(stop["colour"], stop["behind"])) < 3:
            found.append(f"focus shown with a contrast of {ratio:.1f}: {stop['html']}")
    order = [stop for stop, _ in page.evaluate(CONTROLS) if stop is not None]
    if order != sorted(order):
        found.append("Tab goes another way than the page is read")
    return found


def contrast(one: str, other: str) -> float:
    """The contrast of two CSS colours ``rgb(…)``, as WCAG 2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [float(text) / 255 for text in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
