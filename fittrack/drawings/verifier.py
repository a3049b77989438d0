"""Check a drawing offline: `verifier BUNDLE [--key HEX64] [--require NAME]... [--json]`.

The rules are those of docs/drawing-protocol.md (FTD1); nothing but the bundle is read. Needs the
standard library and `cryptography`, and `py_ecc` only to check a drand signature; standalone.py
makes one file of it and the modules it stands on.

Exit 0: every check passed or did not apply. 1: a check failed, one named by --require did not
pass, or --key is not the operator's key. 2: the file cannot be read or is not of FTD1's form.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from fittrack.drawings.checks import CHECKS, Case, Failed, Skipped
from fittrack.drawings.forms import FormatError, Json, check_form, parse_json

NEED_REVEALS = ("commitments", "beacon", "seed", "picks")
LEVELS = {  # section 9, the highest first
    "beacon": "drand's threshold, and that the operator's clock and log put the close before the"
    " round",
    "public": "that you look the value up yourself",
    "witnessed": "that one of them did not collude with the operator",
    "operator-only": "the operator: knowing its value, it could have tried ticket lists until one"
    " suited it. Not for a drawing with a prize of worth",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What became of each check, the level of assurance (section 9), and the exit status."""

    checks: dict[str, str]  # "pass", "fail" or "skip"
    reasons: dict[str, str]  # of the checks that failed or were skipped
    assurance: str | None  # None when a check failed or the key is another
    unmet: tuple[str, ...]  # what --key and --require asked for in vain
    exit: int


def verify(data: bytes, *, key: str | None = None, require: Sequence[str] = ()) -> Report:
    """Check a bundle's bytes; `key` is the operator's public key in hex, if one is known.

    Whatever the bytes are, it raises nothing: a report with exit 2 says what cannot be read.
    """
    try:
        bundle = parse_json(data)
        check_form("BUNDLE", bundle)
        case = Case(cast(Json, bundle))
    except FormatError as error:
        return unreadable(f"the bundle {str(error).strip()}")
    except RecursionError:
        return unreadable("the bundle is nested too deeply")
    checks, reasons = run_checks(case)
    unmet = [f"{name!a} did not pass" for name in require if checks.get(name) != "pass"]
    holds = "fail" not in checks.values()
    if key is not None and key != case.terms["operator_key"]:
        holds, unmet = False, [*unmet, "the operator's key is another"]
    level = assurance(case, checks) if holds else None
    return Report(checks, reasons, level, tuple(unmet), 0 if holds and not unmet else 1)


def verify_file(path: str, *, key: str | None = None, require: Sequence[str] = ()) -> Report:
    """Check the bundle in a file, as `verify` does."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        return unreadable(f"the file cannot be read: {error.strerror}")
    except ValueError:
        return unreadable("the file cannot be read: no file has such a name")
    return verify(data, key=key, require=require)


def unreadable(reason: str) -> Report:
    """Return the report of what cannot be read or is not of the form."""
    skipped = dict.fromkeys(CHECKS, "skip")
    return Report({"format": "fail", **skipped}, {"format": reason}, None, (), 2)


def run_checks(case: Case) -> tuple[dict[str, str], dict[str, str]]:
    """Return the outcome of every check, and the reasons of those that did not pass."""
    checks, reasons = {"format": "pass"}, dict[str, str]()
    for name, check in CHECKS.items():
        try:
            if name in NEED_REVEALS and checks["reveals"] == "fail":
                raise Skipped("the reveals do not hold")
            check(case)
        except (Failed, Skipped) as outcome:
            checks[name] = "fail" if isinstance(outcome, Failed) else "skip"
            reasons[name] = str(outcome)
        else:
            checks[name] = "pass"
    return checks, reasons


def assurance(case: Case, checks: dict[str, str]) -> str:
    """Return the highest level that holds when no check failed (section 9)."""
    kinds = [source["kind"] for source in case.sources]
    if checks["beacon"] == "pass":
        return "beacon"
    if "public" in kinds:
        return "public"
    return "witnessed" if kinds.count("commit") > 1 else "operator-only"


REQUIRE_HELP = f"a check that must pass, not only not fail: {', '.join(CHECKS)}"


def main(argv: Sequence[str] | None = None) -> int:
    """Verify the bundle that the command line names, print the report, return the exit status."""
    parser = argparse.ArgumentParser(prog="verify-drawing", description="Check a drawing offline.")
    parser.add_argument("bundle", metavar="BUNDLE", help="the bundle's JSON file")
    parser.add_argument("--key", metavar="HEX64", help="the operator's public key, as you know it")
    parser.add_argument("--require", metavar="NAME", action="append", default=[], help=REQUIRE_HELP)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(argv)
    report = verify_file(options.bundle, key=options.key, require=options.require)
    print(as_json(report) if options.json else as_text(report))
    return report.exit


def as_json(report: Report) -> str:
    """Return the report for a program: its checks, assurance and exit status."""
    body = {"checks": report.checks, "assurance": report.assurance, "exit": report.exit}
    return json.dumps(body)


def as_text(report: Report) -> str:
    """Return the report for a reader: a line for each check, what was unmet, and the level."""
    lines = [
        f"{outcome}  {name:16}  {report.reasons.get(name, '')}".rstrip()
        for name, outcome in report.checks.items()
    ]
    lines += [f"unmet: {one}" for one in report.unmet]
    level = report.assurance
    sentence = f"{level}; what is left to trust: {LEVELS[level]}" if level else "none"
    return "\n".join([*lines, f"assurance: {sentence}"])


if __name__ == "__main__":
    sys.exit(main())
