"""The table of speeds as a picture: seconds until each program ended, on a scale on which each step is ten times."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

_LEAST = 0.01
_WIDTH, _LEFT, _RIGHT, _ROW, _BAR = 760, 300, 60, 24, 14


def plot(seconds: Mapping[str, float]) -> str:
    """An SVG with a bar for each program, by its name. Raises ValueError if there is none."""
    height = _ROW * (len(seconds) + 2)
    most = 10 ** math.ceil(math.log10(max(*seconds.values(), 10 * _LEAST)))
    return "\n".join((*_head(height), *_scale(most, height), *_bars(seconds, most), "</svg>", ""))


def _head(height: int) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        'aria-labelledby="speed-title" class="speeds">'
    )
    yield '<title id="speed-title">Seconds until each program ended, on a logarithmic scale</title>'
    yield "<style>"
    yield ".speeds { display: block; width: 100%; max-width: 48rem; margin: 1.5rem auto; }"
    yield ".speeds text { fill: var(--color-foreground-primary, currentColor); font: 12px sans-serif; }"
    yield ".speeds rect { fill: var(--color-brand-content, currentColor); }"
    yield ".speeds line { stroke: var(--color-foreground-secondary, currentColor); stroke-opacity: 0.4; }"
    yield ".speeds .name { text-anchor: end; }"
    yield ".speeds .mark { text-anchor: middle; }"
    yield "</style>"


def _scale(most: float, height: int) -> Iterator[str]:
    mark = _LEAST
    while mark <= most * 1.01:
        x = _x(mark, most)
        yield f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{_ROW}" y2="{height - 4}"/>'
        yield f'<text class="mark" x="{x:.0f}" y="16">{mark:g} s</text>'
        mark *= 10


def _bars(seconds: Mapping[str, float], most: float) -> Iterator[str]:
    for row, (name, value) in enumerate(seconds.items(), start=1):
        y, x = _ROW * row + 8, _x(max(value, _LEAST), most)
        yield f'<text class="name" x="{_LEFT - 8}" y="{y + 11}">{escape(name.replace("`", ""))}</text>'
        yield f'<rect x="{_LEFT}" y="{y}" width="{max(1, x - _LEFT):.0f}" height="{_BAR}"/>'
        yield f'<text x="{x + 6:.0f}" y="{y + 11}">{value:.2f}</text>'


def _x(value: float, most: float) -> float:
    """Where a number of seconds is on the scale."""
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * math.log(value / _LEAST) / math.log(most / _LEAST)
