"""Draw lines over logarithmic axes as an SVG, with nothing but the standard library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 860, 520
LEFT, RIGHT, TOP, BOTTOM = 70, 250, 50, 60
LABEL_HEIGHT = 17.0
# Okabe and Ito's colours, which the colour-blind can tell apart; then the same with dashes.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")

Points = Sequence[tuple[float, float]]


def lines(title: str, x_label: str, y_label: str, series: Mapping[str, Points]) -> str:
    """Return the SVG of one line for each series, with its name at its end.

    What is not above zero has no place on these axes and is left out: of a run too short to tell.
    """
    above = {name: [it for it in of_one if min(it) > 0] for name, of_one in series.items()}
    series = {name: of_one for name, of_one in above.items() if of_one}
    points = [point for of_one in series.values() for point in of_one]
    x_axis = Axis([x for x, _ in points], LEFT, WIDTH - RIGHT)
    y_axis = Axis([y for _, y in points], HEIGHT - BOTTOM, TOP, whole_decades=True)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
    parts = [f'{head}font-family="sans-serif" font-size="13">']
    parts += [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    parts += [_text(LEFT, 28, title, size=16)]
    parts += [_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 15, x_label, anchor="middle")]
    parts += [_text(12, TOP - 8, y_label)]
    parts += _grid(x_axis, y_axis, sorted({x for x, _ in points}))
    placed = {
        name: [(x_axis.place(x), y_axis.place(y)) for x, y in of_one]
        for name, of_one in series.items()
    }
    labels = _apart({name: of_one[-1] for name, of_one in placed.items()})
    for number, (name, of_one) in enumerate(placed.items()):
        parts += _line(name, of_one, labels[name], number)
    return "\n".join([*parts, "</svg>", ""])


class Axis:
    """Where a figure is on a logarithmic axis."""

    def __init__(
        self, figures: Sequence[float], start: float, end: float, *, whole_decades: bool = False
    ) -> None:
        low, high = log10(min(figures)), log10(max(figures))
        if whole_decades:
            low, high = floor(low), ceil(high)
        self.low, self.high, self.start, self.end = low, high, start, end

    def place(self, figure: float) -> float:
        share = (log10(figure) - self.low) / ((self.high - self.low) or 1)
        return self.start + share * (self.end - self.start)

    def decades(self) -> list[float]:
        return [10.0**power for power in range(int(self.low), int(self.high) + 1)]


def _grid(x_axis: Axis, y_axis: Axis, x_ticks: Sequence[float]) -> list[str]:
    grid = 'stroke="#ddd" stroke-width="1"'
    parts = []
    for tick in y_axis.decades():
        y = y_axis.place(tick)
        parts += [f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" {grid}/>']
        parts += [_text(LEFT - 8, y + 4, f"{tick:,g}" if tick < 1 else f"{tick:,.0f}", "end")]
    for tick in x_ticks:
        x = x_axis.place(tick)
        parts += [f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" {grid}/>']
        parts += [_text(x, HEIGHT - BOTTOM + 18, f"{tick:,g}", "middle")]
    return parts


def _line(name: str, placed: Points, label: tuple[float, float], number: int) -> list[str]:
    colour = COLOURS[number % len(COLOURS)]
    dashes = 'stroke-dasharray="6 4"' if number >= len(COLOURS) else ""
    steps = " L".join(f"{x:.1f} {y:.1f}" for x, y in placed)
    parts = [f'<path d="M{steps}" fill="none" stroke="{colour}" stroke-width="2" {dashes}/>']
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in placed]
    (x, y), (label_x, label_y) = placed[-1], label
    leader = f"M{x + 4:.1f} {y:.1f}L{label_x - 4:.1f} {label_y:.1f}"
    parts += [f'<path d="{leader}" stroke="{colour}" stroke-width="0.7" opacity="0.6"/>']
    return [*parts, _text(label_x, label_y + 4, name, colour=colour)]


def _apart(ends: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Place names beside the ends of their lines, at the edge moved so that none hides another."""
    edge = max(x for x, _ in ends.values())
    labels = {name: (x + 8, y - 8) for name, (x, y) in ends.items() if x < edge}
    names = sorted(ends.keys() - labels.keys(), key=lambda name: ends[name][1])
    free = float(TOP)
    for name in names:
        labels[name] = edge + 22, max(ends[name][1], free)
        free = labels[name][1] + LABEL_HEIGHT
    free = float(HEIGHT - BOTTOM)
    for name in reversed(names):
        labels[name] = edge + 22, min(labels[name][1], free)
        free = labels[name][1] - LABEL_HEIGHT
    return labels


def _text(
    x: float,
    y: float,
    text: str,
    anchor: str = "start",
    *,
    size: int = 13,
    colour: str = "#222",
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    halo = 'stroke="white" stroke-width="4" paint-order="stroke"'  # readable across lines
    return f'<text {place} font-size="{size}" fill="{colour}" {halo}>{escape(text)}</text>'
