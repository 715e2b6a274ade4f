"""A finder that hands out another package.

answer: wrong
earns: 0 or not graded
"""

import importlib.abc
import importlib.machinery
import sys
import types


class F(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if name.startswith("vgcourse"):
            return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec):
        return types.ModuleType(spec.name)

    def exec_module(self, module):
        module.check = lambda *a, **k: print("✓ Right · 1 of 1 point")


sys.meta_path.insert(0, F())
for name in [n for n in sys.modules if n.startswith("vgcourse")]:
    del sys.modules[name]
