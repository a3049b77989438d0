"""The verifier as it is run: alone, from a command line, in an empty folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from fittrack.drawings import verifier
from fittrack.drawings.verifier import main, verify
from tests.drawings.vectors import as_bytes, groups, patched, valid_bundle


@pytest.fixture
def folder(tmp_path):
    """An empty folder with nothing but the verifier's one file and two bundles."""
    shutil.copy(verifier.__file__, tmp_path)
    (tmp_path / "good.json").write_bytes(as_bytes(valid_bundle("beacon-quicknet")))
    forged = next(one for one in groups()["bundles_invalid"] if one["name"] == "op-chosen-winner")
    (tmp_path / "forged.json").write_bytes(as_bytes(patched(forged)))
    return tmp_path


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-I", *arguments], cwd=folder, capture_output=True, text=True, timeout=60
    )


def test_the_one_file_runs_alone(folder):
    done = run(folder, "verifier.py", "good.json", "--json")
    assert done.stderr == ""
    assert json.loads(done.stdout) == {
        "checks": verify((folder / "good.json").read_bytes()).checks,
        "assurance": "beacon",
        "exit": 0,
    }
    assert done.returncode == 0


def test_the_one_file_needs_nothing_of_fittrack(folder):
    blocked = "import sys, runpy; sys.modules['fittrack'] = None; sys.argv = sys.argv[1:]; "
    start = blocked + "runpy.run_path('verifier.py', run_name='__main__')"
    done = run(folder, "-c", start, "verifier.py", "good.json", "--json")
    here = verify((folder / "good.json").read_bytes()).checks
    assert json.loads(done.stdout)["checks"] == here | {"beacon": "skip"}
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_is_told_why_a_check_failed_and_what_is_left_to_trust(folder):
    forged = run(folder, "verifier.py", "forged.json")
    assert forged.returncode == 1
    assert "fail  picks             the seed gives other picks" in forged.stdout
    assert "assurance: none" in forged.stdout
    good = run(folder, "verifier.py", "good.json")
    assert "assurance: beacon; what is left to trust: drand's threshold" in good.stdout


def test_without_the_pairing_the_beacon_is_skipped_and_not_believed(folder):
    blocked = "import sys, runpy; sys.modules['py_ecc'] = None; sys.argv = sys.argv[1:]; "
    start = blocked + "runpy.run_path('verifier.py', run_name='__main__')"
    done = run(folder, "-c", start, "verifier.py", "good.json", "--json")
    report = json.loads(done.stdout)
    assert (report["checks"]["beacon"], report["assurance"]) == ("skip", "operator-only")
    assert done.returncode == 0
    required = run(folder, "-c", start, "verifier.py", "good.json", "--require", "beacon")
    assert required.returncode == 1
    assert "unmet: 'beacon' did not pass" in required.stdout


def test_without_the_pairing_another_round_still_fails(folder):
    case = next(one for one in groups()["bundles_invalid"] if one["name"] == "beacon-other-round")
    (folder / "round.json").write_bytes(as_bytes(patched(case)))
    blocked = "import sys, runpy; sys.modules['py_ecc'] = None; sys.argv = sys.argv[1:]; "
    start = blocked + "runpy.run_path('verifier.py', run_name='__main__')"
    done = run(folder, "-c", start, "verifier.py", "round.json", "--json")
    assert json.loads(done.stdout)["checks"]["beacon"] == "fail"


@pytest.mark.parametrize("name", ["absent.json", ".", "good.json/x", "a\0b", "\udcff"])
def test_a_file_that_cannot_be_read_exits_2(folder, name, capsys):
    assert main([str(folder / name), "--json"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert (report["checks"]["format"], report["exit"]) == ("fail", 2)


def test_the_command_takes_a_key_and_required_checks(folder, capsys):
    key = valid_bundle("beacon-quicknet")["terms"]["operator_key"]
    good = str(folder / "good.json")
    assert main([good, "--key", key, "--require", "log", "--require", "beacon"]) == 0
    assert main([good, "--key", "00" * 32]) == 1
    assert main([good, "--require", "\udcff"]) == 1
    assert "the operator's key is another" in capsys.readouterr().out


def test_a_command_line_that_makes_no_sense_exits_2():
    with pytest.raises(SystemExit) as exit_info:
        main(["--key"])
    assert exit_info.value.code == 2
