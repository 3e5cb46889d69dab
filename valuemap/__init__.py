"""valuemap measures the values that language models carry."""

__version__ = "0.1.0"
