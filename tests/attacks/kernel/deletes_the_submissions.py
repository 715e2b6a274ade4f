"""The folder of submissions is deleted.

answer: wrong
earns: 0
"""

import json

with open("ground.json") as file:
    ground = json.load(file)

import shutil

shutil.rmtree(ground["course"], ignore_errors=True)
