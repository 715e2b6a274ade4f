"""Attacks where there are no namespaces: each level in a world of its own, which nothing gets out of.

``python -m tests.attacks.levels landlock`` (or ``process``) tries all of ``kernel/`` and of ``answers/``, a line of
JSON each; names behind it try these only. What an attack deletes or kills lies in that world: it needs root and
``unshare``.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import ground
from ground import ATTACKS, Attack, Ground, grade, left_behind
from lab import ANSWER_ATTACKS, AnswerAttack, grade_answers

from vgcourse.grading.confinement import kernels

ROOT = Path(__file__).resolve().parents[2]
# All that is there can be read only; processes, network, shared memory and /tmp are new.
WORLD = """set -e
mount --make-rprivate /
for d in /*; do
  case $d in /proc|/dev|/sys|/tmp) continue;; esac
  if [ -d "$d" ] && [ ! -L "$d" ]; then mount --bind "$d" "$d"; mount -o remount,bind,ro "$d"; fi
done
mount -t tmpfs -o size=2g,mode=1777 none /tmp
if command -v ip > /dev/null; then ip link set lo up; fi
ulimit -u 4000
exec "$@"
"""
UNSHARE = ("unshare", "--pid", "--mount", "--ipc", "--net", "--fork", "--mount-proc", "bash", "-c", WORLD, "bash")
LEFT_SECONDS = 60
ALL = [*ATTACKS, *ANSWER_ATTACKS]


def can_be_made() -> bool:
    """Whether a world can be made here, with the grader and its Python in it."""
    hidden = any(Path(place).is_relative_to("/tmp") for place in (ROOT, sys.prefix, sys.base_prefix))
    if hidden or not shutil.which("unshare"):
        return False
    return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0


def tried(level: str, names: list[str]) -> Iterator[dict]:
    """What came of each attack; one that ends its grader is said to have, and the others go on."""
    while names:
        command = [*UNSHARE, sys.executable, "-m", "tests.attacks.levels", "--within", level, *names]
        lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
        found = [json.loads(line) for line in lines]
        yield from found
        names = names[len(found) :]
        if names:
            yield {"attack": names.pop(0), "wrong": ["it ended its grader"], "notice": ""}


def _within(level: str, names: list[str]) -> None:
    ground.SETTINGS["GradingProvisioner"]["isolation"] = level
    kernels.warm_parent.__defaults__ = (kernels.LIGHT,)  # no attack of these needs TensorFlow, and it takes seconds
    parent, notice = kernels.warm_parent(), kernels.isolation_here(level).notice()
    attacks = {attack.name: attack for attack in ALL}
    there = Ground(Path(tempfile.mkdtemp()))
    for name in names:
        attack = attacks[name]
        wrong = _wrong(attack, there, parent) if isinstance(attack, Attack) else _wrong_answer(attack, there, level)
        print(json.dumps({"attack": name, "wrong": wrong, "notice": notice}), flush=True)


def _wrong(attack: Attack, there: Ground, parent: kernels.WarmParent) -> list[str]:
    """What an attack has got that it should not have, a few words each."""
    before = there.digest()
    outcome = grade(attack.code, there, attack.hangs)
    found = {
        f"earned {outcome.earned}: {outcome.said[:200]!r}": outcome.earned not in attack.earns,
        f"says {outcome.said[:200]!r}": attack.says not in outcome.said,
        "read what it may not": "LEAK" in outcome.printed or there.token in outcome.everything,
        "connected": bool(there.heard()),
        "changed an original": there.digest() != before,
        "left something": bool(left_behind(parent, LEFT_SECONDS)),
    }
    return [what for what, is_so in found.items() if is_so]


def _wrong_answer(attack: AnswerAttack, there: Ground, level: str) -> list[str]:
    """The same of an attack in the answers of a whole lesson."""
    before = there.digest()
    came = grade_answers(ROOT, attack.lesson, attack.cells, level, limit=attack.limit)
    shown = [output for cell in came.nb.cells for output in cell.get("outputs", []) if output.output_type != "error"]
    found = {
        f"earned {came.earned}: {came.said[:200]!r}": came.earned not in (None, attack.honest),
        "read what it may not": "LEAK" in str(shown),
        "changed an original": there.digest() != before,
        "left something": bool(left_behind(kernels.warm_parent(), LEFT_SECONDS)),
    }
    return [what for what, is_so in found.items() if is_so]


if __name__ == "__main__":
    if sys.argv[1] == "--within":
        _within(sys.argv[2], sys.argv[3:])
    else:
        for one in tried(sys.argv[1], sys.argv[2:] or [attack.name for attack in ALL]):
            print(json.dumps(one))
