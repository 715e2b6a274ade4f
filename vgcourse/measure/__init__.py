"""How it is measured: recordings, and what makes them: captures, training, sweeps, and a diagnosis."""
