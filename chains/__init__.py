"""Applications that import only the public names of ChainZoo."""
