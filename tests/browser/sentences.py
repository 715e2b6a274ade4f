"""Sentences of the explorers, read back and held against the numbers they speak of; each returns its kind."""

import math
import re

import numpy as np

LN2 = math.log(2)


def check_start_words(words: str, profile, noun: str = "layer") -> str:
    """The first sentence against the profile before training; returns its kind."""
    first, last = profile[0], profile[-1]
    check_names(words, noun, len(profile))
    if not np.isfinite(profile).all():
        assert "blew up" in words, words
        return "blown at the start"
    if len(profile) == 1:
        assert "the one hidden" in words, words
        return "single"
    if first == 0 or last == 0:
        assert "no gradient at all" in words, words
        return "none"
    return check_ratio(words, first, last)


def check_names(words: str, noun: str, count: int) -> None:
    """Whatever is numbered is the first or the last of its kind, and is called what it is."""
    numbered = re.findall(r"\b(layer|block|step) (\d+)", words.split("Not trained")[0], re.I)
    assert {(kind.lower(), int(number)) for kind, number in numbered} <= {(noun, 1), (noun, count)}, words


def check_ratio(words: str, first: float, last: float) -> str:
    with np.errstate(over="ignore", under="ignore"):
        ratio = float(np.float64(last) / first)
    if found := re.search(r"(\S+(?: million| × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?) × (smaller|larger)", words):
        if f"over {found[1]}" in words:
            assert found[1] == "10³⁰⁸" and not 1e-308 < ratio < 1e308, words
            return found[2]
        stated = read_number(found[1])
        assert math.isclose(stated, ratio if found[2] == "smaller" else first / last, rel_tol=0.06), (words, ratio)
        assert stated > 2.9
        return found[2]
    stated = read_number(re.search(r"similar size \(ratio ([\d.]+)\)", words)[1])
    assert math.isclose(stated, max(ratio, 1 / ratio), rel_tol=0.06) and stated < 3.1, (words, ratio)
    return "similar"


def check_learning_words(words: str, run: dict, blown: dict | None) -> str:
    """What the last sentence says against loss, accuracy and the history of layer 1; returns its kind."""
    loss, right, epoch = run["loss"], run["right"], run["epoch"]
    numbers_left = math.isfinite(loss) and all(np.isfinite(moment["backprop"]).all() for moment in run["history"])
    if found := re.search(r"It blew up (?:in epoch (\d+)|before the first step): its (\w+)", words):
        assert blown and int(found[1] or 0) == blown["epoch"] and epoch == blown["epoch"], words
        return f"blown: {found[2]}"
    assert blown is None and numbers_left, words
    if epoch == 0:
        assert "Not trained yet" in words, words
        return "untrained"
    stated = int(re.search(r"(\d+)\s% right", words)[1])
    assert stated <= right < stated + 1 + 1e-9, words
    check_silence(words, [moment["backprop"][0] for moment in run["history"]])
    if "no better than guessing" in words or "it still guesses" in words:
        assert 0.98 * LN2 < loss < 1.06 * LN2 and right < 58 and f"After {epoch} epoch" in words, words
        assert ("no better" in words) == (epoch >= 50), words
        return "guessing" if epoch >= 50 else "early"
    if "worse than guessing" in words:
        assert loss > 1.04 * LN2, words
        return "worse"
    if "learnt little" in words:
        assert loss < LN2 and right < 58, words
        return "little"
    if re.search(r"So far \d+", words):
        assert 56 < right < 100 * run["ceiling"] - 3.9 and loss < 1.06 * LN2, words
        return "part"
    assert "It learnt the" in words and right >= 100 * (run["ceiling"] - 0.05), words
    return "learnt"


def check_silence(words: str, reached: list) -> None:
    """ "Any more" only where a gradient came before; nothing is said where one comes."""
    if "no gradient at all comes through any more" in words:
        assert reached[-1] == 0 and any(value > 0 for value in reached), words
    if "no gradient at all has ever come through" in words:
        assert not any(value > 0 for value in reached), words


def check_walk_words(words: str, values, first: int) -> str:
    outside = np.flatnonzero(~((values >= 1e-6) & (values <= 1e6)))
    if not outside.size:
        low, high = re.search(r"between (.+) and (.+) in all \d+ layers", words).groups()
        assert math.isclose(read_number(low), values.min(), rel_tol=0.06), words
        assert math.isclose(read_number(high), values.max(), rel_tol=0.06), words
        return "through"
    at = outside[first]
    ending = "dies" if values[at] < 1 else "explodes"
    assert f"{ending} at layer {at + 1}:" in words, words
    return ending


def check_way(words: str, profile, at: int, noun: str) -> None:
    """What is said of the layer that is pointed at: its size, its factor, and the product of all on the way back."""
    said = re.match(
        rf"{noun} {at + 1} gets (.+?)(?:: × (\S+(?: million| × 10\S+)?)(?: \(.+\))? of .+|)\.$", words, re.I
    )
    assert said, words
    check_number(said[1], profile[at], words)
    if at < len(profile) - 1:
        with np.errstate(all="ignore"):
            values = np.asarray(profile, float)
            check_number(said[2], values[at] / values[at + 1], words)
        check_chain(words, profile, at)


def check_chain(words: str, profile, at: int) -> None:
    """ "From layer 8 back …: 0.17 × 0.26 × 0.24 × … × 0.22 = 2.8 × 10⁻⁵.": every factor, and the product."""
    said = re.search(r"From \w+ (\d+) back(?: to \w+ (\d+))?: (.+)\.$", words)
    assert int(said[1]) == len(profile) and int(said[2] or at + 1) == at + 1, words
    with np.errstate(all="ignore"):
        values = np.asarray(profile, float)[at:]
        factors = (values[:-1] / values[1:])[::-1]
        written, _, product = said[3].rpartition(" = ")
        check_number(product.removeprefix("× "), values[0] / values[-1], words)
    texts = re.split(r" × (?!10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", written) if written else []
    assert len(texts) == (0 if len(factors) < 2 else min(len(factors), 5) if len(factors) > 6 else len(factors)), (
        words
    )
    shown = factors if len(texts) == len(factors) else [*factors[:3], None, factors[-1]]
    for text, factor in zip(texts, shown, strict=False):
        assert (text == "…") == (factor is None), words
        if factor is not None:
            check_number(text, factor, words)


def check_number(text: str, value: float, words: str) -> None:
    """A number, to two figures; a dash where a factor is none."""
    if text == "–" or text in ("infinite", "not a number"):
        assert not math.isfinite(value), words
    else:
        assert math.isclose(read_number(text), value, rel_tol=0.06, abs_tol=1e-306), (words, value)


def read_number(text: str) -> float:
    text = text.replace(",", "")
    if text.startswith("below "):
        return 0.0
    if text.endswith(" million"):
        return 1e6 * float(text.removesuffix(" million"))
    if "10" in text and re.search("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]", text):
        mantissa, _, exponent = text.rpartition("10")
        power = int(exponent.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
        return float(mantissa.removesuffix("× ").strip() or 1) * 10.0**power
    return float(text)
