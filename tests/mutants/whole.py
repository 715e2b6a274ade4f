"""Changes to a whole answer: lines after its cell that wrap its functions in an accident."""

import ast
from collections.abc import Iterator

RESULTS = {
    "rounded to 4": "lambda a: np.round(a, 4)",
    "rounded to 2": "lambda a: np.round(a, 2)",
    "float16": "lambda a: a.astype(np.float16)",
    "clipped at 10": "lambda a: np.clip(a, -10, 10)",
    "clipped at 1": "lambda a: np.clip(a, -1, 1)",
    "never negative": "lambda a: np.maximum(a, 0)",
    "absolute": "np.abs",
    "negated": "np.negative",
    "doubled": "lambda a: 2 * a",
    "squared": "np.square",
    "root": "lambda a: np.sqrt(np.abs(a))",
    "a hair too large": "lambda a: a * 1.001",
    "one thousandth more": "lambda a: a + 0.001",
    "nothing": "lambda a: None",
    "an axis more": "lambda a: np.asarray(a)[None]",
    "flat": "accidents.flat",
    "transposed": "accidents.transposed",
    "sorted": "accidents.in_order",
    "the mean of it": "accidents.middle",
}
GIVEN = ("absolute", "whole", "single", "without_last", "without_first")


def changed(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(description, the line to add) for each function of the answer that gives something back."""
    functions = list(_functions(tree))
    for name, function, shift in functions:
        for description, line in _around(name, function, shift):
            yield f"{name}: {description}", line
    for name, one, _ in functions:
        for other, two, _ in functions:
            if name != other and len(one.args.args) == len(two.args.args):
                yield f"{name}: copied from {other}", f"{name} = {other}"


def _around(name: str, function: ast.FunctionDef, shift: int) -> Iterator[tuple[str, str]]:
    parameters = [a.arg for a in function.args.args][shift:]
    for i, parameter in enumerate(parameters, start=shift):
        yield f"overwrites {parameter}", f"{name} = accidents.spoils({name}, {i})"
        yield f"first {parameter} for ever", f"{name} = accidents.remembers({name}, {i})"
        for change in GIVEN:
            yield f"{parameter} {change}", f"{name} = accidents.given({name}, {i}, accidents.{change})"
        if i + 1 < shift + len(parameters):
            yield f"{parameter} swapped with the next", f"{name} = accidents.swaps({name}, {i}, {i + 1})"
    for description, change in RESULTS.items():
        yield description, f"import numpy as np; {name} = accidents.result({name}, {change})"
    yield "the page's results for ever", f"{name} = accidents.replays({name}, {name!r})"
    yield "first result for ever", f"{name} = accidents.repeats({name})"
    yield "result of the input's type", f"{name} = accidents.like_input({name})"
    yield "back to front", f"{name} = accidents.reverses({name})"


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef, int]]:
    """(name, function, how many arguments are Python's own) of what has a ``return`` with a value."""
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        for function in inner:
            if isinstance(function, ast.FunctionDef) and _returns(function):
                method = isinstance(node, ast.ClassDef)
                yield f"{node.name}.{function.name}" if method else function.name, function, int(method)


def _returns(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function))
