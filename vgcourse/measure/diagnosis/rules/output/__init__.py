"""Rules about the output: does the loss fit it, can it reach the targets, does it vary?"""
