"""Format the results of ``compare.py`` as Markdown tables."""

import statistics

#: Figure -> title, unit, units per second, goal for this package, and ratio of the best generated client
#: (openapi-generator 7.26; for the list, openapi-python-client 0.29), which was measured earlier.
FIGURES = {
    'user_self': ('`user_self`, keep-alive', 'µs', 1e6, 1.10, 1.15),
    'user_tokens_list': ('`user_tokens_list`, 500 keys with dates', 'µs', 1e6, 1.60, 2.5),
    'cold_start': ('cold start: new process, first response', 'ms', 1e3, 1.15, 1.68),
    'imports': ('import', 'ms', 1e3, 1.10, 1.13),
    'threads': ('16 threads on one client, per call', 'µs', 1e6, 1.10, 1.18),
}

#: In microseconds.
MODEL_GOAL = 1.0

#: Further figures for which instructions are counted, with their titles.
MODELS = {
    'model': 'one `UserBrief`, three of seven fields set',
    'full_model': 'one `UserBrief`, all seven fields set',
}

_COMPARED = ('this package', 'requests', 'httpx', 'published 2.0.19', 'published 2.0.42')

# The goals hold for this version; docs/performance.md also has figures for the oldest and the newest.
_GOAL_PYTHON = '3.11.'

_GROWTH = (('growth_rows', 'keys on a page'), ('growth_threads', 'threads on one client'))


def row(times, ratios=None):
    """Summarize measurements.

    :param list times: seconds.
    :param list ratios: ratios to the baseline.
    :return: number of rounds, lowest time, and quartiles of times and ratios.
    :rtype: dict
    """
    summary = {'rounds': len(times), 'lowest': min(times), 'seconds': _quartiles(times)}
    if ratios:
        summary['ratio'] = _quartiles(ratios)
    return summary


def markdown(results):
    """Return all tables.

    :param dict results: the results of ``compare.py``.
    :rtype: str
    """
    machine = results['machine']
    lines = ['Measured %s UTC on %s, %s cores, %s; load %s before and %s after.' % (
        machine['date'], machine['processor'], machine['cores'], machine['system'], machine['load_before'],
        machine['load_after'])]
    for version, measured in results['pythons'].items():
        lines += ['', '## Python %s' % version, '']
        lines += ['- %s: %s' % (name, ', '.join(packages) or 'no packages')
                  for name, packages in measured['packages'].items()]
        lines += _instructions(measured.get('instructions', {}))
        figures = measured.get('figures', {})
        with_goals = version.startswith(_GOAL_PYTHON)
        lines += _ratios(figures, with_goals) + _details(figures) + _models(figures, with_goals) + _memory(figures)
        for figure, title in _GROWTH:
            lines += _growth(figures.get(figure, {}), title)
    return '\n'.join(lines)


def _instructions(figures):
    # Without goals: they are for time.
    ratios, details = [], []
    for figure, (title, *_) in FIGURES.items():
        if figure in figures:
            ratios.append([title] + [_exact(figures[figure].get(name, {}).get('ratio')) for name in _COMPARED])
    for figure, contenders in figures.items():
        title = MODELS.get(figure) or FIGURES[figure][0]
        details += [[title, name, '{:,.0f}'.format(counted['instructions']), _exact(counted['ratio']),
                     '{:,.0f}'.format(counted['system_calls']), _exact(counted['system_call_ratio'])]
                    for name, counted in contenders.items()]
    return (_table(['instructions, ratio to raw urllib3'] + list(_COMPARED), ratios)
            + _table(['figure', 'contender', 'instructions', 'ratio', 'system calls', 'ratio'], details))


def _exact(ratio):
    return '–' if ratio is None else '%.3f' % ratio


def _ratios(figures, with_goals):
    rows = []
    for figure, (title, _, _, goal, _) in FIGURES.items():
        if figure in figures:
            measured = figures[figure]
            ratios = [_number(measured[name]['ratio'][1]) if name in measured else '–' for name in _COMPARED]
            own = measured['this package']['ratio'][1]
            rows.append([title] + ratios + _verdict(own, goal, '%.2f', with_goals))
    return _table(['ratio to raw urllib3'] + list(_COMPARED) + ['goal', 'result'] * with_goals, rows)


def _verdict(measured, goal, template, with_goals):
    return ['≤ ' + template % goal, 'met' if measured <= goal else '**missed**'] if with_goals else []


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
        # No baseline here that load would slow down too: the lowest time is the least disturbed, as in timeit.
        lowest = measured['lowest'] * 1e6
        low, middle, high = (_number(seconds * 1e6) for seconds in measured['seconds'])
        cells = [name, '%s µs' % _number(lowest), '%s µs' % middle, '%s to %s' % (low, high)]
        rows.append(cells + (_verdict(lowest, MODEL_GOAL, '%.1f µs', with_goals) if name == 'this package'
                             else ['', ''] * with_goals))
    titles = ['one `UserBrief` of three fields', 'lowest', 'median', 'quartiles']
    return _table(titles + ['goal', 'result'] * with_goals, rows)


def _memory(figures):
    rows = [[name, _kept(measured, 'models'), _kept(measured, 'clients')]
            for name, measured in figures.get('memory', {}).items()]
    return _table(['memory kept', 'by discarded models', 'by discarded clients'], rows)


def _kept(measured, kind):
    if kind not in measured:
        return '–'
    return '{:,} bytes after {:,}'.format(measured['kept_by_' + kind], measured[kind])


def _growth(measured, title):
    rows = []
    for size, contenders in measured.items():
        ratio = [_number(part) for part in contenders['this package']['ratio']]
        times = ['%s µs' % _number(contenders[name]['seconds'][1] * 1e6) for name in ('raw', 'this package')]
        rows.append(['{:,}'.format(int(size))] + times + [ratio[1], '%s to %s' % (ratio[0], ratio[2])])
    return _table([title, 'raw', 'this package', 'ratio', 'quartiles'], rows)


def _number(value):
    """Format a number with three significant digits, or all those before the decimal point."""
    return '%.0f' % value if value >= 100 else '%.1f' % value if value >= 10 else '%.2f' % value


def _quartiles(values):
    if len(values) < 2:
        return [values[0]] * 3
    return statistics.quantiles(values, n=4, method='inclusive')
