"""Where a diagnosis draws its lines, and where each line comes from."""

from vgcourse.measure.statistics import EXPLODED as EXPLODED
from vgcourse.measure.statistics import VANISHED as VANISHED

# Mean-field factor of a layer, gain times rms slope. Sigmoid with Glorot has 0.236, tanh with U(+-1/sqrt n)
# 0.577, relu with Glorot 0.707, relu with N(0, 1) at width 32 4.0; the well dense nets of the
# tests lie between 0.64 and 1.6. Below and above these bounds the loss compounds at any depth.
WEAK_FACTOR, STRONG_FACTOR = 0.4, 2.0
WEAK_PRODUCT, STRONG_PRODUCT = 0.1, 100.0
# Of the gain that an activation needs: Glorot before relu has 0.71 of it, He at width 16 0.9 to 1.1.
STRONG_ENOUGH = 0.85
# Of what the loss sends, times the size of the signal there (`chain.weighed`), where normalisations and roads around
# layers are on the way. Residual nets of 3 to 40 blocks, pre-norm and post-norm transformers, DenseNets and inverted
# bottlenecks at widths of 8 to 64 had up to 22 with Glorot's, He's, orthogonal and N(0, 0.01) kernels, and up to
# 460 with N(0, 1). It grows a little with each layer: ResNet50, 101 and 152 of keras.applications with random weights
# had 130, 611 and 2,300 to 6,600: 1.05 a layer at most, normalisations counted. Beyond 1e6 depth is no excuse.
EXPLODED_BESIDE_NORMS, GROWS_BESIDE_NORMS, MOST_BESIDE_NORMS = 2e3, 1.05, 1e6
# By how much more than its neighbour a layer hears where roads lead around layers: blocks differ by up to 10.
JUMPS = 10.0
# Half of all activations below 6 % of the steepest slope (for tanh: |h| > 0.97).
SATURATED = 0.5
# What an activation that makes a number of several lets through of a gradient's norm: softmax over 8 units that
# share alike 1/8, of 64 1/60; sparsemax, glu and log_softmax keep half of it and more.
SQUEEZED = 0.25
# Of units that see inputs as different as circles, He leaves up to 19 of 32 dead in deep layers, where inputs
# look alike (measured at depth 20). More than four in five is beyond that. Few units may all die by
# chance, and then it is fatal.
DEAD, DEAD_FROM_UNITS = 0.8, 8
# rms of pre-activations up to which tanh keeps a quarter of its slope: He's and Glorot's kernels give 1.4 and 1.
USUAL_SIZE = 1.5
# Mean over standard deviation. Scikit-learn's digits, scaled to [0, 1] and not centred, have 1.5.
OFF_CENTRE = 3.0
# |mean| over standard deviation of a kernel. U(0, 1) has 1.73.
WEIGHTS_OFF_CENTRE = 1.0
# A gain of 2 is n Var(W) = 4: N(0, 1) at width 4, or twice Glorot's standard deviation.
LARGE_GAIN = 2.0
# One step that moves the weights by a third of their size, or by less than a hundred-thousandth everywhere;
# 1e-3 is the practical guide (Karpathy, makemore).
STEP_TOO_LARGE, STEP_TOO_SMALL, USUAL_STEP = 0.3, 1e-5, 1e-3
# What is next to no epsilon for an optimizer, beside the squares of gradients that float32 holds.
NO_EPSILON = 1e-18
# Batches whose gradients are summed up for one step: 4 to 128 are usual, where a batch does not fit into memory.
MANY_BATCHES = 1000
# Of what a constant answer gets: a loss above that has learnt nothing yet.
LEARNT_A_LITTLE = 0.98
# Steps at the next one's rate that all steps of a schedule to come are worth, where it was counted in epochs and not
# in batches; and by how much they may move a kernel at most, where nothing comes of them.
FEW_STEPS, LITTLE_TO_COME = 10, 0.05
# The same, where it is tried out what comes of them: as many as a test that something runs may take, and no training.
SHORT = 60
# Parts of a learning rate that are tried where it does harm.
SLOWER = (0.1, 0.01, 0.001, 1e-4, 1e-6, 1e-8)
# Rates that are usual nowhere: fine-tuning and warm-ups have 1e-6 and more.
LEAST_RATE = 1e-7
# The part of a learning rate from which on down the rate may not be to blame, but what the optimizer remembers.
FAR_SLOWER = 1e-3
# rms of a signal whose products leave float32 (1e-38); float16 ends at 6e-8.
UNDERFLOW = 1e-7
# Of what is larger float32's exponential is infinite; in float16 a product of two such nears its end.
EXPONENTIAL_ENDS = 88.0
# What is larger is infinite in float16.
FLOAT16_ENDS = 65504.0
# Log of a gradient's share that float32 holds as exactly 0, 1e-35, with three decades of room for what is sent.
UNDERFLOWN = -80.0
# rms of what the model's input feeds. Bytes of a picture have about 150, scikit-learn's digits 7.
LARGE_INPUT = 20.0
# The same where the loss is more than a hundred times that of a constant answer: an exponential at the output makes
# e^30 of it. It is tried out what standardised inputs do.
LARGE_BESIDE_LOSS = 5.0
# rms of what a layer takes in, from which on it is for the size of vectors that attention is sharp, tanh flat or a
# gate held. Of vectors of size 1 and places of size 1 the sum has 1.4.
LARGE_VECTORS = 5.0
# By how much a layer with Keras's or He's weights makes numbers larger at most.
GROWN = 3.0
# rms of targets, and over that of the answers; and steps at the pace of the first one that are too many.
LARGE_TARGET, SLOW = 100.0, 1e5
# Steps at the pace of the first one that are worth a note: later ones are often longer.
LONG_WAY = 1e3
# rms of what the answers miss of such targets, over that of the targets: so much of the way is still left.
HARDLY_BEGUN = 0.9
# Spread of answers over the examples, relative to their size: float32 has seven digits.
UNVARIED = 1e-6
# The same, where what differs is little enough to be lost in the next layers.
FAINT = 1e-2
# Answers whose square nears the end of float32 (3e38).
HUGE = 1e17
# A loss over that of a constant answer that something is to be blamed for, and not a net that has yet to learn.
FAR_ABOVE = 10.0
# A frozen batch normalisation: shift of the mean in standard deviations, and ratio of the variances.
SHIFTED, SCALED = 3.0, 100.0
# Steps after which moving statistics ought to be near: at a momentum of 0.99 a quarter of the way is done. Those that
# need many more for half of it (0.99 needs 69, 0.999 needs 693) are too slow, the others on their way.
STEPS_TO_SETTLE, SLOW_TO_SETTLE = 30, 500
# The loss by moving statistics over that by the batch's own, with the same weights on the same examples.
WORSE_BY_MOVING = 1.5
# Rms of a normalisation's scale: it starts at 1, and at 0 on purpose in residual branches.
SMALL_SCALE = 0.05
# The median loss of the last third of some steps (three or more) on one batch, over the loss at its start.
RISEN = 1.2
# The same of the highest loss on the way, over the start and a constant answer's: weights were thrown off, not moved.
THROWN = 100.0
# Share of targets that an output cannot reach.
OUT_OF_REACH = 0.05
# Label smoothing from which on hardly anything is left to be learnt; 0.1 is usual.
ALL_SMOOTH = 0.9
# Noise of a step over the signal: dropout has 1 at rate 0.5, 2 at 0.8, 3 at 0.9.
LOUD = 2.99
# The share of a weight that decays at every step: at 2 % nothing is left of what was learnt 230 steps ago. A weight
# decay of 0.1 at a rate of 1e-2, more than is usual, has the second.
DECAYS, USUAL_DECAY = 0.02, 1e-3
# The gradient's norm, or its largest entry, from which on clipping to it is usual.
USUAL_CLIP = 0.1
# The price of the weights over the loss of a constant answer, which costs no weights at all.
DEAR = 10.0
# How many times larger weights would have to be to keep a signal's size, where they count as shrunk.
SHRUNK = 4.0
# A kernel over Glorot's size that somebody has made next to 0 on purpose: diffusion nets and heads start at 1e-5.
NEXT_TO_0 = 1e-3
# The same of an output layer that starts small, as policies do (0.007 of it), and the part of its size by which a
# step changes it where that is not for long.
SMALL_HEAD, QUICK = 0.1, 0.1
# rms of what the model's input feeds: pictures divided by 255 twice have 0.002.
SMALL_INPUT = 1e-2
# How many times more than the median one a column varies, so that it is looked what a normalisation of all of them
# leaves of the others.
UNLIKE = 100.0
# The part of what the loss sends that a layer beside roads hears, where no branch made small on purpose stays.
DEAF = 1e-6
# |z| from which a sigmoid gate is flat: its slope is 6 % of the steepest at 4.1.
FLAT_GATE = 4.2
# Share of a recurrent layer's gates that biases alone make flat. Chrono initialisation does so to half of an LSTM's.
HELD_GATES = 0.7
# Variance of what a normalisation takes in over its epsilon: embeddings as Keras makes them have 0.8 of 1e-3.
BELOW_EPSILON = 1e-2
# How near to 0 or 1 a probability is that a cross-entropy takes for Keras's epsilon, 1e-7, with room for float16.
CUT_SHORT = 1e-6
# How many times louder a loss is where an answer is exactly 0: Keras divides by a size of 1e-6 at least, so that
# cosine similarity is up to a million times steeper there; losses of sizes are about as steep as elsewhere.
LOUD_AT_ZERO = 1e3
