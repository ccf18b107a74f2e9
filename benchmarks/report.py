"""What was measured, as tables in Markdown."""

import statistics

#: By figure: title, unit, how many units a second has, the goal for this package, and the ratio of the best generated
#: client (openapi-generator 7.26; for the list, openapi-python-client 0.29), which was measured earlier.
FIGURES = {
    'user_self': ('`user_self`, keep-alive', 'µs', 1e6, 1.10, 1.15),
    'user_tokens_list': ('`user_tokens_list`, 500 keys with dates', 'µs', 1e6, 1.60, 2.5),
    'cold_start': ('cold start: new process, first answer', 'ms', 1e3, 1.15, 1.68),
    'imports': ('import', 'ms', 1e3, 1.10, 1.13),
    'threads': ('16 threads on one client, per call', 'µs', 1e6, 1.10, 1.18),
}

#: In microseconds.
MODEL_GOAL = 1.0

# The goals are for this one; what others have to do more, the documentation says.
_PYTHON_OF_THE_GOALS = '3.11.'

_GROWTH = (('growth_rows', 'keys on a page'), ('growth_threads', 'threads on one client'))


def row(times, ratios=None):
    """Sum up what was measured.

    :param list times: seconds.
    :param list ratios: to the baseline.
    :return: the lowest time, median and quartiles.
    :rtype: dict
    """
    summary = {'rounds': len(times), 'lowest': min(times), 'seconds': _quartiles(times)}
    if ratios:
        summary['ratio'] = _quartiles(ratios)
    return summary


def markdown(results):
    """Write all tables.

    :param dict results: what ``compare.py`` measured.
    :rtype: str
    """
    machine = results['machine']
    lines = ['Measured %s UTC on %s, %s cores, %s; load %s before and %s after.' % (
        machine['date'], machine['processor'], machine['cores'], machine['system'], machine['load_before'],
        machine['load_after'])]
    for version, measured in results['pythons'].items():
        lines += ['', '## Python %s' % version, '']
        lines += ['- %s: %s' % (name, ', '.join(packages)) for name, packages in measured['packages'].items()]
        figures = measured['figures']
        with_goals = version.startswith(_PYTHON_OF_THE_GOALS)
        lines += _ratios(figures, with_goals) + _details(figures) + _models(figures, with_goals) + _memory(figures)
        for figure, what in _GROWTH:
            lines += _growth(figures.get(figure, {}), what)
    return '\n'.join(lines)


def _ratios(figures, with_goals):
    names = ('this package', 'requests', 'published')
    rows = []
    for figure, (title, _, _, goal, _) in FIGURES.items():
        if figure in figures:
            ratios = [figures[figure][name]['ratio'][1] for name in names]
            rows.append([title] + [_number(ratio) for ratio in ratios] + _verdict(ratios[0], goal, '%.2f', with_goals))
    return _table(['ratio to raw urllib3'] + list(names) + ['goal', ''] * with_goals, rows)


def _verdict(measured, goal, form, with_goals):
    return ['≤ ' + form % goal, 'holds' if measured <= goal else '**missed**'] if with_goals else []


def _table(titles, rows):
    if not rows:
        return []
    return ['', _line(titles), '|' + ' --- |' * len(titles)] + [_line(cells) for cells in rows]


def _line(cells):
    return '| %s |' % ' | '.join(cells)


def _details(figures):
    rows = []
    for figure, (title, unit, factor, _, _) in FIGURES.items():
        for name, measured in figures.get(figure, {}).items():
            low, middle, high = (_number(seconds * factor) for seconds in measured['seconds'])
            ratio = [_number(part) for part in measured.get('ratio', (1, 1, 1))]
            rows.append([title, name, '%s %s' % (middle, unit), '%s to %s' % (low, high), ratio[1],
                         '%s to %s' % (ratio[0], ratio[2]), '%d' % measured['rounds']])
    return _table(['figure', 'contender', 'median', 'quartiles', 'ratio', 'quartiles', 'rounds'], rows)


def _models(figures, with_goals):
    rows = []
    for name, measured in figures.get('model', {}).items():
        # As timeit has it: here is no baseline that would be slowed down too, and the lowest is the least disturbed.
        lowest = measured['lowest'] * 1e6
        low, middle, high = (_number(seconds * 1e6) for seconds in measured['seconds'])
        cells = [name, '%s µs' % _number(lowest), '%s µs' % middle, '%s to %s' % (low, high)]
        rows.append(cells + (_verdict(lowest, MODEL_GOAL, '%.1f µs', with_goals) if name == 'this package'
                             else ['', ''] * with_goals))
    titles = ['one `UserBrief` of three fields', 'lowest', 'median', 'quartiles']
    return _table(titles + ['goal', ''] * with_goals, rows)


def _memory(figures):
    rows = [[name, _kept(measured, 'models'), _kept(measured, 'clients')]
            for name, measured in figures.get('memory', {}).items()]
    return _table(['memory kept, in all', 'by discarded models', 'by discarded clients'], rows)


def _kept(measured, what):
    if what not in measured:
        return '–'
    return '{:,} bytes after {:,}'.format(measured['kept_by_' + what], measured[what])


def _growth(measured, what):
    rows = []
    for size, contenders in measured.items():
        ratio = [_number(part) for part in contenders['this package']['ratio']]
        times = ['%s µs' % _number(contenders[name]['seconds'][1] * 1e6) for name in ('raw', 'this package')]
        rows.append(['{:,}'.format(int(size))] + times + [ratio[1], '%s to %s' % (ratio[0], ratio[2])])
    return _table([what, 'raw', 'this package', 'ratio', 'quartiles'], rows)


def _number(value):
    """Show what can be told apart: three or four digits."""
    return '%.0f' % value if value >= 100 else '%.1f' % value if value >= 10 else '%.2f' % value


def _quartiles(values):
    if len(values) < 2:
        return [values[0]] * 3
    return statistics.quantiles(values, n=4, method='inclusive')
