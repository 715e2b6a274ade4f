"""Steps of the optimizer, tried on copies of the weights, and what its settings make of them."""
