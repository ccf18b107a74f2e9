"""Draw the ratios that ``compare.py`` measured; needs matplotlib, and reads the results from standard input."""

import json
import sys

import report
from matplotlib import pyplot

# Readable on a white and on a dark page.
_TEXT = '#777d85'
_GOAL = '#bf8700'
_PEER = 'best generated client'
_BARS = (('this package', '#2f9e44'), (_PEER, '#8957e5'), ('requests', '#388bfd'), ('httpx', '#1b7c83'),
         ('published 2.0.19', '#e5534b'), ('published 2.0.42', '#b35900'))
_MAX_RATIO = 3.4

# In inches, and in points. A phone shows the chart at three quarters of its size, so its text is large and titles are
# above their bars.
_WIDTH, _LINE, _FONT = 5, 0.2, 11.5


def draw(figures, path):
    """Draw a group of bars for each figure.

    :param dict figures: the results on one interpreter.
    :param str path: the SVG file to write.
    """
    colours = ('text.color', 'axes.labelcolor', 'axes.edgecolor', 'xtick.color', 'ytick.color')
    pyplot.rcParams.update(dict.fromkeys(colours, _TEXT), **{'font.size': _FONT, 'svg.hashsalt': 'constant'})
    picture, axes = pyplot.subplots(layout='constrained')
    line = 0
    for name in report.FIGURES:
        if name in figures:
            line = _group(axes, line, name, figures[name]) + 0.8
    # Four and a half lines for the legend, and three for the axis.
    picture.set_size_inches(_WIDTH, (line + 7.5) * _LINE)
    axes.set_xlim(0, _MAX_RATIO)
    axes.set_xlabel('ratio to raw urllib3 and json.loads\n(lower is better)')
    axes.set_ylim(line - 0.8, -0.8)
    axes.set_yticks([])
    for side in ('top', 'right', 'left'):
        axes.spines[side].set_visible(False)
    handles, labels = axes.get_legend_handles_labels()
    shown = dict(zip(labels, handles))
    labels = [label for label, _ in _BARS if label in shown] + ['goal']
    picture.legend([shown[label] for label in labels], labels, loc='outside upper left', ncols=2, frameon=False,
                   handlelength=1.2)
    # Without a date, the same figures produce the same file.
    picture.savefig(path, transparent=True, metadata={'Date': None})


def _group(axes, line, name, rows):
    """Draw the title and bars of a figure, starting at ``line``; return the line after them."""
    title, _, _, goal, peer = report.FIGURES[name]
    axes.text(0, line, title.replace('`', ''), va='center')
    first = line + 1
    for label, colour in _BARS:
        ratio = peer if label == _PEER else _ratio(rows, label)
        if ratio is not None:
            line += 1
            # Place the number to the right of the goal or baseline mark, not on it.
            _bar(axes, line, ratio, max(ratio, goal if line == first else 1), colour, label)
    axes.plot([1, 1], [first - 0.5, line + 0.5], color='white', linewidth=1, linestyle=(0, (4, 3)))
    axes.plot([goal, goal], [first - 0.5, first + 0.5], color=_GOAL, linewidth=2.5, label='goal')
    return line + 1


def _bar(axes, line, ratio, number_at, colour, label):
    clipped = ratio > _MAX_RATIO
    axes.barh(line, min(ratio, _MAX_RATIO), 0.85, color=colour, label=label)
    # A clipped bar has its number and an arrow inside, at its end.
    text = ('%.0f \u2192 ' % ratio) if clipped else ' %.2f' % ratio
    axes.text(min(number_at, _MAX_RATIO), line, text, va='center_baseline', ha='right' if clipped else 'left',
              color='white' if clipped else _TEXT, weight='bold' if clipped else 'normal')


def _ratio(rows, name):
    return rows[name]['ratio'][1] if name in rows else None


if __name__ == '__main__':
    draw(next(iter(json.load(sys.stdin)['pythons'].values()))['figures'], sys.argv[1])
