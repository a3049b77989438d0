from __future__ import annotations

import configparser
import re
import subprocess
from importlib import resources

import pytest

from tests.guards.source import CODE, ROOT, python_files

MIGRATION = re.compile(r"(\d{4})_[a-z0-9_]+\.(oracle|sqlite)\.sql")


@pytest.fixture(scope="module")
def setup():
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def test_setup_lists_every_package(setup):
    listed = set(setup["options"]["packages"].split())
    folders = {".".join(path.parent.relative_to(ROOT).parts) for path in CODE.rglob("__init__.py")}
    assert listed == folders | {"fittrack_migrations", "fittrack_sql"}


def test_the_architecture_names_every_file_of_the_kernel():
    house = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
    missing = [path.stem for path in CODE.glob("*.py") if path.stem not in house]
    assert missing == []


def test_every_folder_of_code_is_a_package():
    for path in python_files():
        assert (path.parent / "__init__.py").exists(), path


def test_setup_ships_every_file_that_is_not_python(setup):
    patterns = setup["options.package_data"]["fittrack"].split(", ")
    shipped = {path for pattern in patterns for path in CODE.glob(pattern) if path.is_file()}
    files = {
        path
        for path in CODE.rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }
    assert sorted(map(str, files - shipped)) == []


def test_sql_and_migrations_are_reachable_as_packages():
    assert (resources.files("fittrack_sql") / "queues" / "outbox.sql").is_file()
    assert any(
        path.name.startswith("0001_") for path in resources.files("fittrack_migrations").iterdir()
    )


def test_migrations_come_in_pairs_without_gaps():
    found = [MIGRATION.fullmatch(path.name) for path in (ROOT / "migrations").glob("*.sql")]
    assert all(found)
    by_dialect = {
        dialect: sorted(match.string.split(".")[0] for match in found if match.group(2) == dialect)
        for dialect in ("oracle", "sqlite")
    }
    assert by_dialect["oracle"] == by_dialect["sqlite"]
    numbers = [int(name[:4]) for name in by_dialect["oracle"]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_no_test_stands_in_for_the_real_thing():
    word = "mo" + "ck"
    named = [path.name for path in python_files(ROOT / "tests") if word in path.read_text().lower()]
    assert named == []


def git(*words):
    """Return what git says of this checkout."""
    answer = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode:
        pytest.skip("not a git checkout")
    return answer.stdout


def written_files():
    """Return every text that the project writes of itself; others' files are left out."""
    static = "fittrack/static"
    others = (f"{static}/swagger-ui/", f"{static}/redoc/", "requirements.lock", "tests/data/")
    names = [name for name in git("ls-files").splitlines() if not name.startswith(others)]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_no_file_names_a_place_on_a_machine():
    places = re.compile(r"(?<![\w.])/(?:work|home|Users|root)/\w")
    wrong = []
    for path in written_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [f"{path.name}: {match.group()}" for match in places.finditer(text)]
    assert wrong == []


def test_nothing_is_left_to_do_later():
    words = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    wrong = [path.name for path in python_files() if words.search(path.read_text())]
    assert wrong == []


def test_the_history_is_told_in_the_one_manner():
    for subject in git("log", "--format=%s").splitlines():
        assert re.match(r"[a-z]+: ([a-z]|[A-Z]{2})", subject), subject
        assert len(subject) < 66, subject
    assert not re.search(r"(?<![\w.])/(?:work|home|root)/\w", git("log", "--format=%B"))


def test_vendored_files_say_where_they_are_from():
    for folder in (CODE / "static").iterdir():
        if folder.name not in ("fair", "reference"):
            assert re.search(r"\d+\.\d+\.\d+", (folder / "README.md").read_text()), folder
            assert (folder / "LICENSE").exists(), folder
