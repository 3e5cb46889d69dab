"""Draws the eye regions of eyes-schematic.

In go the expressions listed in `ITEMS`, each a few measures of lids, brows and gaze; out come ``stimuli/01.png`` to
``24.png``. The rule: a drawing is a function of its numbers alone, without chance, so that the same Pillow gives the
same bytes again. Run it from anywhere: ``python draw_eyes.py [FOLDER]``.

An eye has its own coordinates: ``u`` runs from -1 at the inner corner to 1 at the outer one, ``y`` in pixels downwards
from the line between the corners. All lengths are pixels of the finished picture.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 480, 200
SCALE = 4  # drawn larger and reduced, which smooths the edges
EYE_Y, EYE_X, HALF = 126, 110, 64  # height of the eyes, distance from the middle, half an eye's width
SKIN, LID, WHITE, IRIS, RIM, INK, FAINT = 236, 212, 255, 128, 60, 20, 150

Point = tuple[float, float]


@dataclass(frozen=True)
class Eye:
    """Measures of one eye and its brow; the defaults look at nothing in particular.

    Attributes
    ----------
    up, low
        How far the lids arch above and below the corners' line; equal and opposite lids are closed.
    up_skew, low_skew
        Positive: the lid's arch is higher towards the outer corner.
    tilt
        How much the outer corner stands above the inner one.
    brow
        How much the whole brow is raised.
    brow_in, brow_out
        How much its inner and its outer end are raised.
    arch
        How much its middle is raised.
    crow, cheek, bag
        Lines: laughter at the outer corner, the raised cheek, tiredness under the eye.
    tear
        Whether a tear runs from it.
    """

    up: float = 19
    low: float = 17
    up_skew: float = 0
    low_skew: float = 0
    tilt: float = 3
    brow: float = 0
    brow_in: float = 0
    brow_out: float = 0
    arch: float = 7
    crow: bool = False
    cheek: float = 0
    bag: float = 0
    tear: bool = False


@dataclass(frozen=True)
class Expression:
    """Both eyes and what they share; `left` and `right` are as the viewer sees them."""

    left: Eye = field(default_factory=Eye)
    right: Eye = field(default_factory=Eye)
    gaze_x: float = 0
    gaze_y: float = 0
    pupil: float = 9
    knit: float = 0
    furrow: int = 0
    forehead: int = 0
    wrinkled_nose: bool = False


@dataclass(frozen=True)
class Item:
    """What a picture is drawn to show, by what kind of face."""

    word: str
    valence: Literal["positive", "negative", "neutral"]
    face: Literal["f", "m"]
    shows: Expression


def both(eye: Eye, **shared: Any) -> Expression:
    """Return an expression whose two eyes are alike."""
    return Expression(eye, eye, **shared)


# fmt: off
ITEMS: dict[int, Item] = {
    1: Item("startled", "neutral", "f", both(Eye(up=36, low=26, brow=22, arch=14), pupil=6, forehead=2)),
    2: Item("furious", "negative", "m", both(
        Eye(up=20, up_skew=0.55, low=13, tilt=6, brow=-8, brow_in=-20, brow_out=14, arch=4),
        pupil=6, knit=13, furrow=2)),
    3: Item("delighted", "positive", "f", both(
        Eye(up=27, low=2, brow=10, arch=13, crow=True, cheek=14), pupil=13)),
    4: Item("drowsy", "neutral", "f", both(
        Eye(up=-2, low=15, tilt=-3, brow=5, brow_out=-8, arch=4, bag=11), gaze_y=6, pupil=10)),
    5: Item("sorrowful", "negative", "m", both(
        Eye(up=15, up_skew=-0.5, low=15, tilt=-8, brow=2, brow_in=20, brow_out=-12, arch=0, bag=10), gaze_y=9)),
    6: Item("overjoyed", "positive", "m", both(
        Eye(up=21, low=-20, tilt=0, brow=14, arch=14, crow=True, cheek=22))),
    7: Item("sceptical", "neutral", "f", Expression(
        Eye(up=12, low=11, brow=-10, brow_in=-6, arch=2), Eye(up=21, low=14, brow=20, brow_out=6, arch=16))),
    8: Item("frightened", "negative", "f", both(
        Eye(up=34, low=23, up_skew=-0.15, tilt=-3, brow=11, brow_in=20, brow_out=-10, arch=0),
        pupil=14, knit=7, furrow=2, forehead=2)),
    9: Item("amused", "positive", "m", both(
        Eye(up=21, low=-3, tilt=0, brow=8, arch=12, crow=True, cheek=14), gaze_x=14, gaze_y=-3, pupil=10)),
    10: Item("bored", "neutral", "m", both(
        Eye(up=4, low=17, tilt=-1, brow=-2, arch=0, bag=11), gaze_x=-24, gaze_y=3)),
    11: Item("tearful", "negative", "f", both(
        Eye(up=18, up_skew=-0.4, low=16, tilt=-6, brow=4, brow_in=22, brow_out=-10, arch=-2, tear=True),
        pupil=12, knit=4)),
    12: Item("hopeful", "positive", "f", both(
        Eye(up=29, low=11, brow=12, brow_in=11, arch=8, cheek=14), gaze_y=-10, pupil=13)),
    13: Item("concentrating", "neutral", "m", both(
        Eye(up=13, low=10, tilt=2, brow=-9, brow_in=-6, arch=3), gaze_y=2, pupil=7, knit=9, furrow=2)),
    14: Item("suspicious", "negative", "f", both(
        Eye(up=11, low=7, up_skew=0.2, tilt=5, brow=-7, brow_in=-11, brow_out=6, arch=5),
        gaze_x=31, gaze_y=2, pupil=7, knit=6, furrow=1)),
    15: Item("excited", "positive", "m", both(
        Eye(up=33, low=10, brow=22, arch=14, crow=True, cheek=16), pupil=14, forehead=2)),
    16: Item("thoughtful", "neutral", "f", both(
        Eye(up=23, low=15, brow=1, brow_in=-3, arch=7), gaze_x=24, gaze_y=-12, pupil=8)),
    17: Item("worried", "negative", "m", both(
        Eye(up=22, low=18, up_skew=-0.35, tilt=-5, brow=4, brow_in=17, brow_out=-12, arch=-1),
        gaze_x=-16, knit=12, furrow=2, forehead=1)),
    18: Item("playful", "positive", "f", Expression(
        Eye(up=12, low=-12, tilt=0, brow=-2, arch=6, crow=True, cheek=18),
        Eye(up=26, low=5, brow=14, arch=15, cheek=15), pupil=11)),
    19: Item("disgusted", "negative", "f", both(
        Eye(up=14, low=2, up_skew=0.4, brow=-10, brow_in=-12, brow_out=0, arch=6, cheek=9),
        gaze_y=2, knit=10, furrow=2, wrinkled_nose=True)),
    20: Item("puzzled", "neutral", "m", Expression(
        Eye(up=24, low=16, brow=16, brow_in=6, arch=10), Eye(up=19, low=13, brow=-6, brow_in=-13, brow_out=4, arch=3),
        gaze_x=-15, gaze_y=-9, knit=8, furrow=1)),
    21: Item("content", "positive", "f", both(Eye(up=-13, low=13, tilt=1, brow=6, arch=9, cheek=12, crow=True))),
    22: Item("scornful", "negative", "m", Expression(
        Eye(up=4, low=14, tilt=3, brow=-8, brow_in=-6, arch=3),
        Eye(up=8, low=13, tilt=6, brow=13, brow_out=13, arch=9), gaze_x=16, gaze_y=10, pupil=7)),
    23: Item("affectionate", "positive", "m", both(
        Eye(up=20, low=7, tilt=-4, brow=5, brow_in=10, brow_out=-4, arch=5, crow=True, cheek=14), pupil=14)),
    24: Item("watchful", "neutral", "m", both(
        Eye(up=27, low=17, brow=-2, brow_in=-3, arch=3), gaze_x=-30, pupil=7)),
}
# fmt: on


def _bulge(u: float, skew: float) -> float:
    """Return the form of a lid: 0 at both corners, about 1 between them."""
    return float(max(0.0, 1 - u * u) ** 0.8 * (1 + skew * u))


class Drawing:
    """A sheet of skin with strokes and filled forms, in pixels of the finished picture."""

    def __init__(self) -> None:
        self.image = Image.new("L", (WIDTH * SCALE, HEIGHT * SCALE), SKIN)
        self.pen = ImageDraw.Draw(self.image)

    def fill(self, points: Sequence[Point], shade: int) -> None:
        """Fill a form."""
        self.pen.polygon(_scaled(points), fill=shade)

    def stroke(self, points: Sequence[Point], width: float, shade: int = INK, ends: float = 0.3) -> None:
        """Draw a line that thins towards its ends, to the part `ends` of its width."""
        steps = [n / (len(points) - 1) for n in range(len(points))]
        widths = [width * (ends + (1 - ends) * (1 - (2 * step - 1) ** 2)) for step in steps]
        self.taper(points, widths, shade)

    def taper(self, points: Sequence[Point], widths: Sequence[float], shade: int) -> None:
        """Draw a line whose width is given at each of its points."""
        for (x, y), width in zip(_dense(points), _dense([(w, 0.0) for w in widths]), strict=True):
            self.disc(x, y, width[0] / 2, shade)

    def disc(self, x: float, y: float, radius: float, shade: int) -> None:
        """Fill a circle."""
        box = [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE]
        self.pen.ellipse(box, fill=shade)

    def finished(self) -> Image.Image:
        """Return the drawing at its final size, in 32 shades, which makes the file small."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        return small.point([min(255, round(shade / 8) * 8) for shade in range(256)])


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * SCALE, y * SCALE) for x, y in points]


def _dense(points: Sequence[Point]) -> list[Point]:
    """Put points between the points, so that discs make a line of them."""
    dense: list[Point] = []
    for (x, y), (to_x, to_y) in pairwise(points):
        dense += [(x + (to_x - x) * n / 12, y + (to_y - y) * n / 12) for n in range(12)]
    return [*dense, points[-1]]


def draw(item: Item) -> Image.Image:
    """Draw one item."""
    drawing, shows = Drawing(), item.shows
    _draw_nose(drawing, shows)
    for side, eye in ((-1, shows.left), (1, shows.right)):
        _draw_eye(drawing, side, eye, item)
        _draw_lines_around(drawing, side, eye)
        _draw_brow(drawing, side, eye, item)
    _draw_forehead(drawing, shows)
    return drawing.finished()


def _place(side: int) -> Callable[[float, float], Point]:
    """Return the way from an eye's coordinates to the sheet's; the outer corner is away from the nose."""
    return lambda u, y: (WIDTH / 2 + side * (EYE_X + u * HALF), EYE_Y + y)


def _draw_eye(drawing: Drawing, side: int, eye: Eye, item: Item) -> None:
    at, us = _place(side), [n / 20 - 1 for n in range(41)]
    upper = [-eye.tilt * u - eye.up * _bulge(u, eye.up_skew) for u in us]
    lower = [max(-eye.tilt * u + eye.low * _bulge(u, eye.low_skew), top) for u, top in zip(us, upper, strict=True)]
    crease = [-eye.tilt * u - max(eye.up + 6, 25) * _bulge(u, eye.up_skew / 2) - 1 for u in us]
    lid = [at(u, y) for u, y in zip(us, upper, strict=True)]
    drawing.fill([*(at(u, y) for u, y in zip(us, crease, strict=True)), *reversed(lid)], LID)
    drawing.stroke([at(u, y) for u, y in zip(us[3:], crease[3:], strict=True)], 2.4, FAINT)
    _draw_ball(drawing, lid, [at(u, y) for u, y in zip(us, lower, strict=True)], side, item.shows)
    drawing.stroke([at(u, y) for u, y in zip(us, lower, strict=True)], 2.6, 90)
    drawing.stroke(lid, 7 if item.face == "f" else 5.4, INK, 0.45)
    if item.face == "f":
        _draw_lashes(drawing, side, eye)
    if eye.tear:
        _draw_tear(drawing, side, eye)


def _draw_ball(drawing: Drawing, upper: Sequence[Point], lower: Sequence[Point], side: int, shows: Expression) -> None:
    """Draw white, iris and pupil, as far as the lids leave them to be seen."""
    ball, opening = Drawing(), Image.new("L", drawing.image.size, 0)
    ball.image.paste(WHITE, (0, 0, *ball.image.size))
    x, y = WIDTH / 2 + side * EYE_X + shows.gaze_x, EYE_Y - 1 + shows.gaze_y
    ball.stroke([(px, py + 2) for px, py in upper], 10, 205)  # the lid's shadow
    for radius, shade in ((23, RIM), (20.5, IRIS), (shows.pupil, 8)):
        ball.disc(x, y, radius, shade)
    ball.disc(x + 7, y - 8, 4.2, WHITE)
    ImageDraw.Draw(opening).polygon(_scaled([*upper, *reversed(lower)]), fill=255)
    drawing.image.paste(ball.image, (0, 0), opening)


def _draw_lashes(drawing: Drawing, side: int, eye: Eye) -> None:
    at = _place(side)
    for n in range(6):
        u = 0.3 + n * 0.13
        y = -eye.tilt * u - eye.up * _bulge(u, eye.up_skew)
        lift = 1 if eye.up > -6 else -0.8  # closed lids hang, and their lashes with them
        tip = at(u + 0.10 + n * 0.02, y - lift * (11 - n * 0.3))
        drawing.taper([at(u, y), at(u + 0.03, y - lift * 6), tip], [3.2, 2.2, 0.8], INK)


def _draw_tear(drawing: Drawing, side: int, eye: Eye) -> None:
    at, u = _place(side), 0.3
    top = eye.low * _bulge(u, 0) - eye.tilt * u
    drawing.stroke(
        [
            at(-0.7 + n * 0.14, (eye.low - 3) * _bulge(-0.7 + n * 0.14, 0) - eye.tilt * (-0.7 + n * 0.14))
            for n in range(11)
        ],
        4.5,
        WHITE,
    )
    x, y = at(u, top + 27)
    for grow, shade in ((2, 70), (0, WHITE)):
        drawing.taper([(x, y - 19 - grow), (x, y - 9), (x, y)], [1 + grow, 6 + 2 * grow, 13 + 2 * grow], shade)


def _draw_lines_around(drawing: Drawing, side: int, eye: Eye) -> None:
    at = _place(side)
    if eye.crow:
        for rise, fall in ((-15, -7), (-2, 0), (11, 7)):
            drawing.stroke(
                [at(1.13, fall - eye.tilt), at(1.26, (rise + fall) / 2 - eye.tilt), at(1.38, rise - eye.tilt)], 2.8, 70
            )
    for depth, width, shade in ((eye.cheek, 3.2, 90), (eye.bag, 2.4, 130)):
        if depth:
            us = [-0.75 + n * 0.1 for n in range(17)]
            drawing.stroke(
                [at(u, max(eye.low, 6) * _bulge(u, 0) * 0.8 + depth - eye.tilt * u) for u in us], width, shade
            )


def _draw_brow(drawing: Drawing, side: int, eye: Eye, item: Item) -> None:
    """Draw the brow as one tapering stroke; a man's is thicker and lies lower."""
    thick, height = (9, 49) if item.face == "f" else (16, 45)
    at, points, widths = _place(side), [], []
    for n in range(25):
        step = n / 24
        u = -0.98 + 2.2 * step - item.shows.knit / HALF * (1 - step) ** 2
        y = -height - eye.brow - eye.brow_in * (1 - step) ** 2 - eye.brow_out * step**2 + 8 * step**3
        points.append(at(u, y - eye.arch * 4 * step * (1 - step) * (0.6 + 0.6 * step)))
        widths.append(thick * (0.75 + 0.9 * step * (1 - step)) * (1 - 0.75 * step**2.2))
    drawing.taper(points, widths, 40)


def _draw_nose(drawing: Drawing, shows: Expression) -> None:
    middle = WIDTH / 2
    for side in (-1, 1):
        drawing.stroke([(middle + side * (20 + 4 * n * n / 9), EYE_Y + 12 + n * 9) for n in range(7)], 2.2, FAINT)
    if shows.wrinkled_nose:
        for n in range(3):
            y = EYE_Y + 3 + n * 10
            drawing.stroke([(middle + x, y - abs(x) * 0.35) for x in range(-17, 18, 2)], 3, 80)
        for side in (-1, 1):
            drawing.stroke([(middle + side * (26 + n * 4), EYE_Y + 30 + n * 6) for n in range(6)], 3, 90)


def _draw_forehead(drawing: Drawing, shows: Expression) -> None:
    """Draw the upright lines between knit brows and the level lines above raised ones."""
    middle, brows = WIDTH / 2, (shows.left, shows.right)
    y = EYE_Y - 48 - sum(eye.brow + eye.brow_in for eye in brows) / 2
    for side in (-1, 1)[: shows.furrow]:
        x = middle + side * (7 if shows.furrow > 1 else 2)
        drawing.stroke([(x + side * 0.2 * (n - 3) ** 2, y + (n - 2) * 8) for n in range(6)], 3.4, 70)
    for n in range(shows.forehead):
        level = 26 - n * 12
        drawing.stroke(
            [(middle + x, level + 3 * (x / 90) ** 2 * (1 if n else -1)) for x in range(-96, 97, 8)], 2.4, FAINT
        )


def main() -> None:
    """Draw all items into a folder, by default the one beside this file."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "stimuli"
    folder.mkdir(parents=True, exist_ok=True)
    for number, item in ITEMS.items():
        draw(item).save(folder / f"{number:02d}.png", optimize=True)


if __name__ == "__main__":
    main()
