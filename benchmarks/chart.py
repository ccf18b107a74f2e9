"""Draw the ratios that ``compare.py`` measured; needs matplotlib, and reads the results from standard input."""

import json
import sys

import report
from matplotlib import pyplot

# Readable on a white and on a dark page.
_TEXT = '#777d85'
_GOAL = '#d29922'
_PEER = 'best generated client'
_BARS = (('this package', '#2f9e44'), (_PEER, '#8957e5'), ('requests', '#388bfd'), ('httpx', '#1b7c83'),
         ('published 2.0.19', '#e5534b'), ('published 2.0.42', '#b35900'))
_STEP = 0.8 / len(_BARS)
_MAX_RATIO = 3.4


def draw(figures, path):
    """Draw a group of bars for each figure.

    :param dict figures: the results on one interpreter.
    :param str path: the SVG file to write.
    """
    colours = ('text.color', 'axes.labelcolor', 'axes.edgecolor', 'xtick.color', 'ytick.color')
    pyplot.rcParams.update(dict.fromkeys(colours, _TEXT), **{'font.size': 10, 'svg.hashsalt': 'constant'})
    shown = [name for name in report.FIGURES if name in figures]
    picture, axes = pyplot.subplots(figsize=(8.6, 1.45 * len(shown) + 1.3), layout='constrained')
    for position, name in enumerate(shown):
        top = position - _STEP * len(_BARS) / 2
        title, _, _, goal, peer = report.FIGURES[name]
        for place, (label, colour) in enumerate(_BARS):
            ratio = peer if label == _PEER else _ratio(figures[name], label)
            if ratio is not None:
                # Place the number to the right of the goal's mark, not on it.
                number_at = max(ratio, goal) if place == 0 else ratio
                _bar(axes, top + _STEP * (place + 0.5), ratio, number_at, colour, None if position else label)
        axes.plot([goal, goal], [top - 0.02, top + _STEP], color=_GOAL, linewidth=2.5,
                  label=None if position else 'goal')
    axes.axvline(1, color=_TEXT, linewidth=1, linestyle=(0, (4, 3)))
    titles = [report.FIGURES[name][0].replace('`', '').replace(', ', '\n', 1) for name in shown]
    axes.set_yticks(range(len(shown)), titles)
    axes.set_xlim(0, _MAX_RATIO)
    axes.set_xlabel('cost as a multiple of raw urllib3 + json.loads (shorter is better)')
    axes.invert_yaxis()
    for side in ('top', 'right', 'left'):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis='y', length=0)
    picture.legend(loc='outside upper center', ncols=4, frameon=False, fontsize=9, handlelength=1.2)
    # Without a date, the same figures produce the same file.
    picture.savefig(path, transparent=True, metadata={'Date': None})


def _bar(axes, height, ratio, number_at, colour, label):
    clipped = ratio > _MAX_RATIO
    axes.barh(height, min(ratio, _MAX_RATIO), 0.85 * _STEP, color=colour, label=label)
    # A clipped bar has its number and an arrow inside, at its end.
    text = ('%.0f \u2192 ' % ratio) if clipped else ' %.2f' % ratio
    axes.text(min(number_at, _MAX_RATIO), height, text, va='center_baseline', ha='right' if clipped else 'left',
              fontsize=9, color='white' if clipped else _TEXT, weight='bold' if clipped else 'normal')


def _ratio(rows, name):
    return rows[name]['ratio'][1] if name in rows else None


if __name__ == '__main__':
    draw(next(iter(json.load(sys.stdin)['pythons'].values()))['figures'], sys.argv[1])
