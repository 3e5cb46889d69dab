"""Asking: prompts, parsing, limits and the loop."""
