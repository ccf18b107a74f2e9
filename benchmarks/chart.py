"""Draws the ratios that ``compare.py`` measured; runs where matplotlib is, with the results on standard input."""

import json
import sys

import report
from matplotlib import pyplot

# Readable on white and on a dark page alike.
_TEXT = '#777d85'
_GOAL = '#d29922'
_BARS = (('this package', '#2f9e44'), ('best generated client', '#8957e5'), ('requests, by hand', '#388bfd'),
         ('published 2.0.19', '#e5534b'))
_FARTHEST = 3.4


def draw(figures, path):
    """Draw a group of bars for each figure.

    :param dict figures: what was measured on one interpreter.
    :param str path: the file to write.
    """
    coloured = ('text.color', 'axes.labelcolor', 'axes.edgecolor', 'xtick.color', 'ytick.color')
    pyplot.rcParams.update(dict.fromkeys(coloured, _TEXT), **{'font.size': 10, 'svg.hashsalt': 'the same each time'})
    shown = [name for name in report.FIGURES if name in figures]
    picture, axes = pyplot.subplots(figsize=(8.6, 1.05 * len(shown) + 1.1), layout='constrained')
    for position, name in enumerate(shown):
        title, _, _, goal, peer = report.FIGURES[name]
        ratios = [_ratio(figures[name], 'this package'), peer, _ratio(figures[name], 'requests'),
                  _ratio(figures[name], 'published')]
        for place, ((label, colour), ratio) in enumerate(zip(_BARS, ratios)):
            if ratio is not None:
                # The number stands behind the goal's mark, not on it.
                number_at = max(ratio, goal) if place == 0 else ratio
                _bar(axes, position + 0.2 * (place - 1.5), ratio, number_at, colour, None if position else label)
        axes.plot([goal, goal], [position - 0.42, position - 0.18], color=_GOAL, linewidth=2.5,
                  label=None if position else 'goal')
    axes.axvline(1, color=_TEXT, linewidth=1, linestyle=(0, (4, 3)))
    titles = [report.FIGURES[name][0].replace('`', '').replace(', ', '\n', 1) for name in shown]
    axes.set_yticks(range(len(shown)), titles)
    axes.set_xlim(0, _FARTHEST)
    axes.set_xlabel('cost as a multiple of raw urllib3 + json.loads (shorter is better)')
    axes.invert_yaxis()
    for side in ('top', 'right', 'left'):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis='y', length=0)
    picture.legend(loc='outside upper center', ncols=5, frameon=False, fontsize=9, handlelength=1.2)
    # Without the date, the same figures make the same file.
    picture.savefig(path, transparent=True, metadata={'Date': None})


def _bar(axes, height, ratio, number_at, colour, label):
    beyond = ratio > _FARTHEST
    axes.barh(height, min(ratio, _FARTHEST), 0.17, color=colour, label=label)
    # A bar that is cut off says so, in its own end.
    text = ('%.0f \u2192 ' % ratio) if beyond else ' %.2f' % ratio
    axes.text(min(number_at, _FARTHEST), height, text, va='center_baseline', ha='right' if beyond else 'left',
              fontsize=9, color='white' if beyond else _TEXT, weight='bold' if beyond else 'normal')


def _ratio(rows, name):
    return rows[name]['ratio'][1] if name in rows else None


if __name__ == '__main__':
    draw(next(iter(json.load(sys.stdin)['pythons'].values()))['figures'], sys.argv[1])
