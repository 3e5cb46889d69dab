"""Published figures that the tests recompute, each with where it was read; ``docs/reproductions.md`` shows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """One published figure."""

    value: float
    source: str


ELYOSEPH_2023 = "Elyoseph et al. (2023), Frontiers in Psychology 14, 1199058 (abstract)"
ELYOSEPH_2024 = "Elyoseph et al. (2024), JMIR Mental Health 11, e54369 (abstract)"

#: LEAS totals of two examinations (in the article) and their z (in its abstract).
LEAS_Z = {85: Published(2.84, ELYOSEPH_2023), 98: Published(4.26, ELYOSEPH_2023)}

#: RMET scores of 36: the larger model above chance with P < .001, the other not.
RMET_ABOVE_CHANCE = (26, 27)
RMET_AT_CHANCE = 10
RMET_ITEMS, RMET_OPTIONS = 36, 4

#: Table 5 of Schwartz & Cieciuch (2022), Assessment 29, 1005-1019: the 19 values by their median over 49 groups.
PAN_CULTURAL_ORDER = (
    "BEC", "BED", "SDA", "SDT", "UNC", "UNT", "SES", "SEP", "HE", "AC",
    "FAC", "UNN", "ST", "COI", "HUM", "COR", "TR", "POR", "POD",
)  # fmt: skip

#: Schwartz (1992), the circle of ten values as it is drawn ever since.
CIRCLE = ("SD", "ST", "HE", "AC", "PO", "SE", "CO", "TR", "BE", "UN")

#: Hadar-Shoval et al. (2024), JMIR Mental Health 11, e55988 (abstract): four models, ten administrations each.
HIGHER = ("UNN", "UNC", "UNT", "SDT", "SDA")
LOWER = ("AC", "POD", "POR", "SEP", "SES")
MODELS, ADMINISTRATIONS = 4, 10
