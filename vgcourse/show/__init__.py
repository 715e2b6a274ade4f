"""What is shown: figures and explorers."""
