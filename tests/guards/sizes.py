"""How the code reads: sizes of functions and files. Run as `python -m tests.guards.sizes`."""

from __future__ import annotations

import statistics

from tests.guards.source import functions_of, length_of, python_files, shown


def main() -> None:
    """Print the figures of the review sheet."""
    files = python_files()
    lines = {shown(path): path.read_text().count("\n") for path in files}
    functions = {
        f"{shown(path)}:{function.lineno} {function.name}": length_of(function)
        for path in files
        for function in functions_of(path)
    }
    print(f"{len(lines)} files, {sum(lines.values())} lines, {len(functions)} functions")
    print(f"median function {statistics.median(functions.values()):.0f} lines")
    print(f"median file {statistics.median(lines.values()):.0f} lines")
    for title, sizes in (("longest functions", functions), ("longest files", lines)):
        print(title)
        for name in sorted(sizes, key=sizes.__getitem__, reverse=True)[:5]:
            print(f"  {sizes[name]:4} {name}")


if __name__ == "__main__":
    main()
