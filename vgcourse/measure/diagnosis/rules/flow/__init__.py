"""Rules about the gradient's way back: explodes, vanishes, and in which layer.

Each rests on the back-propagated gradient's norm per example, which He's initialisation keeps for dense and
convolutional layers of any shape. A cause is named from the two factors that a gradient meets in every layer,
the weights (gain) and the activation's slope, and only where their product is what was measured.
"""
