"""Kernels for code that nobody trusts: forked from a warm parent, confined, limited, gone when graded."""
