"""Applications built on the public names of ChainZoo alone."""
