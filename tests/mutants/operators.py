"""Small changes to a solution's text, one node at a time, that model how students err."""

import ast
import itertools
from collections.abc import Callable, Iterator

Variants = Iterator[ast.AST]

# A method or function, and what it is mistaken for.
NEIGHBOURS = {
    "mean": ("median", "sum", "max", "std"),
    "median": ("mean", "max"),
    "sum": ("mean", "prod", "max"),
    "std": ("var", "mean"),
    "max": ("min", "mean"),
    "min": ("max", "mean"),
    "argmax": ("argmin",),
    "log": ("log10", "log2", "log1p"),
    "log10": ("log", "log2"),
    "exp": ("expm1", "exp2"),
    "any": ("all",),
    "all": ("any",),
    "abs": ("square", "sign"),
    "hypot": ("add", "maximum"),
    "normal": ("uniform", "laplace"),
    "uniform": ("normal",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "tanh": ("sin", "arctan"),
    "combinations": ("permutations", "combinations_with_replacement"),
    "reduce_sum": ("reduce_mean",),
    "flatnonzero": ("nonzero",),
    "kernel": ("bias",),
    "append": ("extend",),
    "on_train_begin": ("on_epoch_begin", "on_train_end", "on_batch_begin"),
    "on_epoch_end": ("on_epoch_begin", "on_batch_end", "on_train_end"),
}
# Names of things that go in by text.
WORDS = {
    "sigmoid": ("tanh", "relu", "linear"),
    "relu": ("tanh", "linear", "leaky_relu"),
    "he_normal": ("glorot_uniform", "he_uniform", "glorot_normal"),
    "glorot_uniform": ("he_uniform", "uniform"),
    "kernel": ("bias", "name"),
    "default": ("", "0"),
}
# Functions that a student leaves out: f(x, ...) becomes x.
WRAPPERS = {"abs", "sqrt", "log", "log10", "exp", "tanh", "cumsum", "cumprod", "array", "asarray", "round", "dict"}
SWAPPED = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add, ast.Pow),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
COMPARED = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq, ast.Is),
    ast.In: (ast.NotIn,),
    ast.Is: (ast.IsNot,),
}


def constant(node: ast.AST) -> Variants:
    if not isinstance(node, ast.Constant) or node.value is ...:
        return
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        news = (value + 1, value - 1, 0, 1, -value, 2 * value, value / 2, 10 * value, value * value)
        yield from (ast.Constant(new) for new in dict.fromkeys(news) if new != value)
    elif isinstance(value, str):
        yield from (ast.Constant(new) for new in WORDS.get(value, ()))


def arithmetic(node: ast.AST) -> Variants:
    if not isinstance(node, ast.BinOp):
        return
    for kind in SWAPPED.get(type(node.op), ()):
        yield ast.BinOp(node.left, kind(), node.right)
    yield node.left
    yield node.right
    if not isinstance(node.op, (ast.Add, ast.Mult)):
        yield ast.BinOp(node.right, node.op, node.left)


def unary(node: ast.AST) -> Variants:
    if isinstance(node, ast.UnaryOp):
        yield node.operand
    if isinstance(node, (ast.If, ast.IfExp)):
        yield type(node)(**{**vars(node), "test": ast.UnaryOp(ast.Not(), node.test)})
    if isinstance(node, ast.comprehension) and node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)


def comparison(node: ast.AST) -> Variants:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for kind in COMPARED.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [kind()], node.comparators)
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        yield from node.values
    if isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)


def neighbour(node: ast.AST) -> Variants:
    if isinstance(node, ast.Attribute):
        yield from (ast.Attribute(node.value, new, node.ctx) for new in NEIGHBOURS.get(node.attr, ()))
    if isinstance(node, ast.FunctionDef):  # a hook
        yield from (type(node)(**{**vars(node), "name": new}) for new in NEIGHBOURS.get(node.name, ()))
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield from (ast.Name(new, node.ctx) for new in {"min": ["max"], "max": ["min"]}.get(node.id, ()))


def call(node: ast.AST) -> Variants:
    if not isinstance(node, ast.Call):
        return
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in WRAPPERS and node.args:
        yield node.args[0]
    if name in ("copy", "numpy", "astype") and isinstance(node.func, ast.Attribute):
        yield node.func.value
    for i in range(len(node.args) - 1):
        swapped = [*node.args[:i], node.args[i + 1], node.args[i], *node.args[i + 2 :]]
        yield ast.Call(node.func, swapped, node.keywords)
    if len(node.args) > 1:
        yield ast.Call(node.func, node.args[:-1], node.keywords)
    for i in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :])
    if name == "std":
        yield ast.Call(node.func, node.args, [*node.keywords, ast.keyword("ddof", ast.Constant(1))])
    if name == "range" and len(node.args) == 1:
        yield from _ranges(node)
    if name == "len":
        yield from (ast.BinOp(node, op, ast.Constant(1)) for op in (ast.Add(), ast.Sub()))
    if name == "default_rng":
        yield ast.Call(node.func, [], [])


def _ranges(node: ast.Call) -> Variants:
    (end,) = node.args
    more, less = (ast.BinOp(end, op, ast.Constant(1)) for op in (ast.Add(), ast.Sub()))
    for args in ([more], [less], [ast.Constant(1), end], [ast.Constant(1), more], [ast.Constant(1)]):
        yield ast.Call(node.func, args, [])


REDUCTIONS = {"mean", "median", "sum", "std", "max", "min", "all", "any", "percentile", "argmax"}


def axis(node: ast.AST) -> Variants:
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in REDUCTIONS:
        others = [keyword for keyword in node.keywords if keyword.arg != "axis"]
        for new in (0, -1) if others == node.keywords else ():
            yield ast.Call(node.func, node.args, [*others, ast.keyword("axis", ast.Constant(new))])
    if isinstance(node, ast.keyword) and node.arg == "axis":
        old = ast.unparse(node.value)
        for new in ("0", "1", "-1", "None", "(0, 1)", "(1, 2)"):
            if new != old:
                yield ast.keyword("axis", ast.parse(new, mode="eval").body)


# A keyword, and the one beside it in the documentation.
KEYWORDS = {
    "kernel_initializer": ("bias_initializer", "kernel_regularizer"),
    "activation": ("name",),
    "scale": ("skip",),
    "skip": ("scale",),
    "low": ("high",),
    "high": ("low",),
    "axis": ("ddof",),
}


def keyword(node: ast.AST) -> Variants:
    if isinstance(node, ast.keyword):
        yield from (ast.keyword(new, node.value) for new in KEYWORDS.get(node.arg or "", ()))


def size(node: ast.AST) -> Variants:
    """The lesson's ``rms``, and what it is mistaken for: alike where all layers are equally wide, or have mean 0."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "rms" and len(node.args) == 1:
        for text in (
            "np.linalg.norm(x)",
            "np.std(x)",
            "np.mean(np.abs(x))",
            "np.mean(np.square(x))",
            "np.max(np.abs(x))",
        ):
            yield ast.parse(text.replace("(x)", f"({ast.unparse(node.args[0])})"), mode="eval").body


def part(node: ast.AST) -> Variants:
    """A transpose left out, one generator for all; a loop that begins late, ends early, or runs backwards."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    if isinstance(node, ast.Attribute) and node.attr == "rng":
        yield ast.parse("np.random", mode="eval").body
    if isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.iter, (ast.Name, ast.Attribute)):
        for piece in ("1:", ":-1", "::-1"):
            rows = ast.parse(f"list(rows)[{piece}]", mode="eval").body
            rows.value.args = [node.iter]
            yield type(node)(**{**vars(node), "iter": rows})


def seed(node: ast.AST) -> Variants:
    """A layer's seed out of the net's seed: shared, colliding, ignored."""
    if not (isinstance(node, ast.keyword) and node.arg == "seed"):
        return
    names = list(dict.fromkeys(n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)))
    forms = ["0", "1", "None"] if names else []
    forms += names
    for a, b in itertools.permutations(names, 2):
        forms += [f"{a} + {b}", f"{a} * {b}", f"{a} * ({b} + 1)", f"({a} + 1) * ({b} + 1)", f"{a} ** ({b} + 1)"]
        forms += [f"2 * {a} + {b}", f"10 * {a} + {b}", f"{a} - {b}", f"{a} + {b} * 1000", f"({a} + {b}) * 1000"]
    yield from (ast.keyword("seed", ast.parse(form, mode="eval").body) for form in forms)


def subscript(node: ast.AST) -> Variants:
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield node.value
    if not isinstance(node, ast.Slice):
        return
    for part in ("lower", "upper", "step"):
        old = getattr(node, part)
        parts = {"lower": node.lower, "upper": node.upper, "step": node.step}
        if old is not None:
            yield ast.Slice(**{**parts, part: None})
        elif part != "step":
            yield ast.Slice(**{**parts, part: ast.Constant(1 if part == "lower" else -1)})


def order(node: ast.AST) -> Variants:
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        for i in range(len(node.elts) - 1):
            yield ast.Tuple([*node.elts[:i], node.elts[i + 1], node.elts[i], *node.elts[i + 2 :]], node.ctx)
        yield node.elts[0]


Operator = Callable[[ast.AST], Variants]
OPERATORS: tuple[Operator, ...] = (
    *(constant, arithmetic, unary, comparison, neighbour),
    *(call, size, axis, keyword, part, seed, subscript, order),
)


def statements(body: list[ast.stmt], i: int) -> Iterator[list[ast.stmt]]:
    """The block without its statement ``i``; a loop that ends after one round, an assignment that adds in place."""
    statement = body[i]
    if isinstance(statement, ast.Return):
        if statement.value is not None:
            yield [*body[:i], ast.Return(None), *body[i + 1 :]]
        return
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return
    yield [*body[:i], *body[i + 1 :]] or [ast.Pass()]
    if isinstance(statement, (ast.For, ast.While)):
        once = {**vars(statement), "body": [*statement.body, ast.Break()]}
        yield [*body[:i], type(statement)(**once), *body[i + 1 :]]
    if isinstance(statement, ast.If):
        yield [*body[:i], *statement.body, *body[i + 1 :]]
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp):
        yield [*body[:i], _in_place(statement), *body[i + 1 :]]


def _in_place(statement: ast.Assign) -> ast.stmt:
    target, value = statement.targets[0], statement.value
    if ast.unparse(value.left) == ast.unparse(target):
        return ast.AugAssign(target, value.op, value.right)
    return ast.Assign([target], value.right)
