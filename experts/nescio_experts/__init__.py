"""The experts that nescio ships with. They arrive through the entry point ``nescio.experts``, like anybody's."""
