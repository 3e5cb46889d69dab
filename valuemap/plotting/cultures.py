"""Figure `cultures`: respondents among countries.

In go respondents and a norm with single groups; out come two panels. The plane of the circle: every profile of ten
values as one point, the farther out the more it leans to one side of the circle, and in the direction of the values it
leans to. And for each respondent the countries nearest to it, by the distance over all values (root of D²).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from scipy import stats

from valuemap.catalog import find_norm
from valuemap.compare.comparison import COUNTRIES
from valuemap.compare.cultures import Culture, cultures_of, nearest_cultures
from valuemap.errors import UsageError
from valuemap.plotting.kind import Kind
from valuemap.plotting.labels import label_points
from valuemap.plotting.material import Material, Options, profile_of
from valuemap.plotting.rows import handle
from valuemap.plotting.style import QUIET, Style, colour, legend_above, marker, remark_below
from valuemap.plotting.values import places
from valuemap.plotting.words import (
    Words,
    interval_sentence,
    listed,
    n_sentence,
    not_interpretable,
    number,
    states_sentence,
    verdict_sentence,
)
from valuemap.scoring.profile import Profile

Matrix = NDArray[np.float64]

NEAREST = 5
#: From this width (mm) the two panels stand beside each other.
BESIDE = 120.0
COUNTRY = "#8C8C8C"


def tidy(material: Material, options: Options) -> pd.DataFrame:
    """Return points of the plane (countries, respondents, and the directions of the values), then all distances."""
    level, cultures = _cultures(material, options)
    order = places(material.instrument, level)
    weights = plane_weights([place.angle for place in order if place.angle is not None])
    columns = [place.column for place in order]
    rows: list[dict[str, object]] = [
        {"panel": "direction", "name": place.scale, "x": x, "y": y}
        for place, (x, y) in zip(order, _directions([place.angle or 0.0 for place in order]), strict=True)
    ]
    for culture in cultures:
        x, y = weights @ culture.means[columns]
        rows.append({"panel": "plane", "kind": "country", "name": culture.group, "n": culture.n, "x": x, "y": y})
    for subject in material.subjects:
        profile = profile_of(subject, level)
        known = {"respondent": subject.name, "verdict": subject.verdict.word}
        rows.append({"panel": "plane", "kind": "respondent", **known, **_point(profile, columns, weights)})
        rows += [
            {
                "panel": "distance", **known, "name": rank.group, "n": rank.n, "distance": rank.distance,
                "rank": rank.rank, "rank_low": rank.low, "rank_high": rank.high,
            }
            for rank in nearest_cultures(profile, cultures, options.seed)
        ]  # fmt: skip
    return pd.DataFrame(rows)


def _cultures(material: Material, options: Options) -> tuple[str, tuple[Culture, ...]]:
    norm = find_norm(options.norm or COUNTRIES)
    levels = [options.level] if options.level else [level.id for level in material.instrument.levels]
    for level in levels:
        found = cultures_of([norm], material.instrument, level)
        if found and material.instrument.circle(level):
            return level, found
    raise UsageError(
        f"The norm {norm.id} has no single groups on a circle of values that {material.instrument.id} shares"
        f"{f' at level {options.level}' if options.level else ''}: name one of group means with --norm."
    )


def plane_weights(angles: list[float]) -> Matrix:
    """Return what turns the scores of a circle's values into a point, shape (2, values).

    Least squares of the scores on the wave ``e + a cos θ + b sin θ``; the point is (−b, a), so that 0 degrees is up and
    the circle runs as it does in the figure `circle`.
    """
    radians = np.deg2rad(angles)
    design = np.column_stack([np.ones(len(angles)), np.cos(radians), np.sin(radians)])
    _, cosine, sine = np.linalg.pinv(design)
    return np.array([-sine, cosine])


def _directions(angles: list[float]) -> Matrix:
    radians = np.deg2rad(angles)
    return np.column_stack([-np.sin(radians), np.cos(radians)])


def _point(profile: Profile, columns: list[int], weights: Matrix) -> dict[str, object]:
    """Return a respondent's point with its 95 % intervals; errors are taken as independent over scales."""
    scores, errors = (
        np.array([getattr(profile.scales[column], what) for column in columns]) for what in ("centred", "se")
    )
    x, y = weights @ scores
    half = np.sqrt(weights**2 @ errors**2)
    freedom = profile.degrees_of_freedom
    half = half * float(stats.t.ppf(0.975, freedom)) if freedom > 0 else half * math.nan
    return {"x": x, "y": y, "x_low": x - half[0], "x_high": x + half[0], "y_low": y - half[1], "y_high": y + half[1]}


def height(table: pd.DataFrame, look: Style) -> float:
    """Return the height in millimetres."""
    lists = _list_rows(table) * look.row
    around = (table["respondent"].nunique() + 7) * look.row
    if look.width >= BESIDE:
        return max(look.width * 0.56, lists) + around
    return look.width * 0.95 + lists + around + 3 * look.row


def _list_rows(table: pd.DataFrame) -> float:
    return table["respondent"].nunique() * (NEAREST + 1.5)


def draw(figure: Figure, table: pd.DataFrame, options: Options, look: Style) -> None:
    """Draw the plane and the lists."""
    if look.width >= BESIDE:
        plane, lists = figure.subplots(1, 2, width_ratios=[1.5, 1])
    else:
        ratio = [look.width * 0.95, _list_rows(table) * look.row + 4 * look.row]
        plane, lists = figure.subplots(2, 1, height_ratios=ratio)
    names = list(table["respondent"].dropna().unique())
    points = table[table["panel"] == "plane"]
    _draw_plane(plane, table, points, names, look)
    _draw_lists(lists, table[table["panel"] == "distance"], names, look)
    country = Line2D([], [], color=COUNTRY, linestyle="none", marker=".", label="country")
    known = points[points["kind"] == "respondent"]
    legend_above(figure, [*(handle(n, name, known, look) for n, name in enumerate(names)), country], look)
    pairs = zip(known["respondent"], known["verdict"], strict=True)
    remark_below(figure, not_interpretable(pairs), look)


def _draw_plane(axes: Axes, table: pd.DataFrame, points: pd.DataFrame, names: list[str], look: Style) -> None:
    countries = points[points["kind"] == "country"]
    axes.set_aspect("equal", adjustable="datalim")
    axes.plot(0, 0, "+", color=QUIET, markersize=look.marker * 1.5, zorder=1)
    axes.plot(countries["x"], countries["y"], ".", color=COUNTRY, markersize=look.marker * 0.9, zorder=2)
    for number_, name in enumerate(names):
        own = points[points["respondent"] == name].iloc[0]
        readable = own["verdict"] != "not interpretable"
        axes.hlines(own["y"], own["x_low"], own["x_high"], color=colour(number_), zorder=3)
        axes.vlines(own["x"], own["y_low"], own["y_high"], color=colour(number_), zorder=3)
        axes.plot(
            own["x"], own["y"], marker(number_), color=colour(number_), zorder=4, markersize=look.marker * 1.3,
            markerfacecolor=colour(number_) if readable else "white", markeredgewidth=look.preset.line * 0.8,
        )  # fmt: skip
    axes.margins(0.16)
    axes.set_xlabel("Lean on the circle of values (scale points)")
    axes.locator_params(nbins=5)
    _draw_directions(axes, table[table["panel"] == "direction"], look)
    label_points(axes, countries[["x", "y", "name"]], points[["x", "y"]], look)


def _draw_directions(axes: Axes, directions: pd.DataFrame, look: Style) -> None:
    """Draw a ray towards each value, named in a ring about the origin that holds all points."""
    axes.autoscale_view()
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    reach = max(abs(left), abs(right), abs(low), abs(high))
    for x, y, name in directions[["x", "y", "name"]].itertuples(index=False):
        axes.plot([0, x * reach * 0.9], [0, y * reach * 0.9], color="#E6E6E6", linewidth=0.6, zorder=0.5)
        axes.text(
            x * reach, y * reach, name, ha="center", va="center", fontsize=look.small, color=QUIET, fontweight="bold"
        )
    axes.set_xlim(-reach * 1.1, reach * 1.1)
    axes.set_ylim(-reach * 1.1, reach * 1.1)


def _draw_lists(axes: Axes, distances: pd.DataFrame, names: list[str], look: Style) -> None:
    """Draw the nearest countries of every respondent, a row each."""
    at, ticks, labels = 0.0, [], []
    for number_, name in enumerate(names):
        own = distances[distances["respondent"] == name].nsmallest(NEAREST, "rank")
        ticks.append(at)
        labels.append(look.wrapped(str(name), look.width * 0.3))
        for row in own.itertuples(index=False):
            at += 1
            ticks.append(at)
            labels.append(f"{row.name} ")
            axes.plot(row.distance, at, marker(number_), color=colour(number_), markersize=look.marker * 0.9)
            if not math.isnan(row.rank_low):
                words = f"{row.rank_low:.0f}–{row.rank_high:.0f}"
                axes.annotate(
                    words, (row.distance, at), xytext=(look.small * 0.9, 0), textcoords="offset points", va="center",
                    fontsize=look.small, color=QUIET,
                )  # fmt: skip
        at += 1.5
    axes.set_yticks(ticks, labels)
    headings = {label for label in labels if not label.endswith(" ")}
    for text in axes.get_yticklabels():
        text.set_fontweight("bold" if text.get_text() in headings else "normal")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(at - 0.8, -0.8)
    axes.margins(x=0.25)
    axes.locator_params(axis="x", nbins=4)
    axes.set_xlabel(look.label("Distance (scale points), with 90 % interval of the rank", look.width * 0.33))


def words(table: pd.DataFrame, material: Material, options: Options) -> Words:
    """Word the caption and the alt text."""
    norm = find_norm(options.norm or COUNTRIES)
    level, cultures = _cultures(material, options)
    order = places(material.instrument, level)
    key = ", ".join(f"{place.scale} {place.name.lower()}" for place in order)
    distances = table[table["panel"] == "distance"]
    return Words(
        title=f"{listed([s.name for s in material.subjects])} among {len(cultures)} countries: "
        f"{material.instrument.level(level).name} ({material.instrument.id}).",
        shown="The plane is that of the circle of values: a profile lies the farther from the cross the more it leans "
        f"to one side, in the direction of the values it leans to ({key}). Countries are named where there is room. "
        f"The lists hold the {NEAREST} nearest countries by the distance over all values (root of D²); beside each the "
        "90 % interval of its rank, where the profile has standard errors.",
        n=n_sentence(material),
        states=states_sentence(material),
        norm=f"Norm {norm.id} ({norm.population}, {norm.year}, n = {norm.n:,}): group means. Nearness is to countries' "
        f"means, not to people. Caveat: {norm.caveat}.",
        interval=interval_sentence([profile_of(s, level) for s in material.subjects], "Crosses")
        + " Errors are taken as independent over scales.",
        notes="",
        verdict=verdict_sentence(material.subjects),
        alt="Plane of the circle of values with countries as dots and respondents as larger markers. "
        + " ".join(_alt(str(who), own) for who, own in distances.groupby("respondent", sort=False)),
    )


def _alt(who: str, own: pd.DataFrame) -> str:
    near = own.nsmallest(3, "rank")
    listed_ = ", ".join(f"{n} ({number(d)})" for n, d in zip(near["name"], near["distance"], strict=True))
    return f"{who} ({own['verdict'].iloc[0]}): nearest {listed_}."


KIND = Kind("cultures", tidy, height, draw, words)
