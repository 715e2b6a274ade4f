"""What is measured: data sets, networks, and what theory predicts of them."""
