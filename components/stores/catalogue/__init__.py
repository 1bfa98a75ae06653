"""The catalogue: which sources the index holds, in which version, and their text."""
