from __future__ import annotations

import statistics

from tests.guards import sizes
from tests.guards.source import functions_of, length_of, python_files, shown


def test_no_function_is_over_50_lines():
    long = [
        f"{shown(path)}:{function.lineno} {function.name}: {length_of(function)}"
        for path in python_files()
        for function in functions_of(path)
        if length_of(function) > 50
    ]
    assert long == []


def test_no_file_is_over_400_lines():
    lines = {shown(path): path.read_text().count("\n") for path in python_files()}
    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_the_median_function_has_9_lines_at_most():
    lengths = [length_of(f) for path in python_files() for f in functions_of(path)]
    assert statistics.median(lengths) <= 9


def test_every_function_says_what_it_returns():
    untyped = [
        f"{shown(path)}:{function.lineno} {function.name}"
        for path in python_files()
        for function in functions_of(path)
        if function.returns is None
    ]
    assert untyped == []


def test_the_figures_can_be_printed(capsys):
    sizes.main()
    assert "median function" in capsys.readouterr().out
