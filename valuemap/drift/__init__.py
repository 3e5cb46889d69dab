"""Alignment drift: whether the values of a model moved from one release to the next, and whether that could be seen."""
