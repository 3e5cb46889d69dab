"""Alignment drift: did the values of a model move from one release to the next, and could we have seen it?"""
