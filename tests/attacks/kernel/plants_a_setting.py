"""Settings of Keras, Matplotlib and IPython are left for the next student.

answer: wrong
earns: 0
"""

import os

for folder, name in (
    (".keras", "keras.json"),
    (".config/matplotlib", "matplotlibrc"),
    (".ipython", "ipython_config.py"),
):
    here = os.path.join(os.path.expanduser("~"), folder)
    os.makedirs(here, exist_ok=True)
    with open(os.path.join(here, name), "w") as file:
        file.write("LEAK {")
