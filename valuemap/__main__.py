"""Lets ``python -m valuemap`` do what ``valuemap`` does."""

from valuemap.cli import main

if __name__ == "__main__":
    main()
