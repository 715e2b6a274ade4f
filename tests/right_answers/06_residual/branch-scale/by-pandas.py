import numpy as np
import pandas as pd


def scale_law(growth, depths, scales, seeds):
    t = pd.DataFrame(
        [(d, s, growth(d, s, k)) for d in depths for s in scales for k in seeds], columns=["d", "s", "g"]
    )
    m = t.groupby(["d", "s"]).g.median().reset_index()
    c = m[m.g <= 10].groupby("d").s.max().reindex(depths)
    return (c, np.polyfit(np.log(depths), np.log(c), 1)[0])
