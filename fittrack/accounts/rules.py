"""What an account may be called, and who may have one."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from email_validator import validate_email

from fittrack.accounts import passwords
from fittrack.accounts.errors import DisplayNameTaken, Underage
from fittrack.accounts.models import Account, Member, NameHolder, Registration
from fittrack.errors import Invalid

LEAST_AGE_YEARS = 18
GREATEST_AGE_YEARS = 120
KEY_MAX = {"email": 254, "display_name": 90}

_STATE_CODES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ "
    "NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
STATES = frozenset(_STATE_CODES.split())

# Compared without case and separators, so that `Ad.Min` is as reserved as `admin`.
_RESERVED = (
    "admin administrator anonymous api auditor deleted erased everyone guest help helpdesk "
    "hostmaster info mail me moderator mod news nobody none noreply null official operator owner "
    "postmaster root security server service sponsor staff superuser support sysadmin system team "
    "undefined unknown user webmaster winner"
)
RESERVED_NAMES = frozenset(_RESERVED.split())
OWN_NAME = "fittrack"
SEPARATORS = "_-."
EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})


def read_registration(form: Mapping[str, Any], *, today: date) -> Registration:
    """Return a registration form normalised. Raises: Underage, Invalid naming each bad field."""
    born_on = form["date_of_birth"]
    check_age(born_on, today)
    read = collect(
        {
            "email": lambda: read_email(form["email"]),
            "display_name": lambda: read_display_name(form["display_name"]),
            "date_of_birth": lambda: check_date_of_birth(born_on, today),
            "state": lambda: read_state(form["state"]),
            "password": lambda: passwords.read_password(
                form["password"], hints=(form["email"], form["display_name"])
            ),
        }
    )
    email, email_key = read["email"]
    display_name, display_name_key = read["display_name"]
    return Registration(
        email=email,
        email_key=email_key,
        display_name=display_name,
        display_name_key=display_name_key,
        password=read["password"],
        date_of_birth_on=born_on,
        state_code=read["state"],
        terms_version=form["accepted_terms_version"],
        rules_version=form["accepted_rules_version"],
    )


def collect(readers: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """Return what each field's reader returns. Raises: Invalid with every ValueError's message."""
    values: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    for field, read in readers.items():
        try:
            values[field] = read()
        except ValueError as error:
            errors.append({"pointer": f"/{field}", "message": str(error)})
    if errors:
        raise Invalid(errors=errors)
    return values


def folded(text: str) -> str:
    """Return text in the form in which spellings that differ by case or width are the same.

    NFKC and full case folding, twice, as the Unicode standard defines a compatibility caseless
    match (chapter 3.13, D146).
    """
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", text)


def read_email(text: str) -> tuple[str, str]:
    """Return an address as it is written to, and its key. Raises: ValueError."""
    # `.test` is reserved for tests (RFC 2606); mail to it goes nowhere, so that it harms nobody.
    found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    key = folded(found.normalized)
    if len(key) > KEY_MAX["email"]:
        raise ValueError("An e-mail address has at most 254 characters.")
    return found.normalized, key


def find_email_key(text: str) -> str | None:
    """Return the key under which an address would be stored, None where it can't be one."""
    try:
        return read_email(text)[1]
    except ValueError:
        return None


def read_display_name(text: str, *, may_be_reserved: bool = False) -> tuple[str, str]:
    """Return a display name in NFKC, and its key. Raises: ValueError."""
    name = unicodedata.normalize("NFKC", text.strip())
    if not 3 <= len(name) <= 30:
        raise ValueError("A display name has 3 to 30 characters.")
    if not all(c.isalpha() or c.isdecimal() or c in SEPARATORS for c in name):
        raise ValueError("A display name is made of letters, digits, _, - and . only.")
    if not any(c.isalnum() for c in name):
        raise ValueError("A display name needs a letter or a digit.")
    if len(_scripts(name)) > 1:
        raise ValueError("A display name does not mix alphabets.")
    key = folded(name)
    if is_reserved(key) and not may_be_reserved:
        raise ValueError("This display name is reserved.")
    return name, key


def is_reserved(key: str) -> bool:
    """Tell whether a name's key could pass for one of ours, accents and a missing dot aside."""
    letters = unicodedata.normalize("NFD", key.replace("ı", "i"))
    bare = "".join(c for c in letters if c not in SEPARATORS and not unicodedata.combining(c))
    return bare in RESERVED_NAMES or OWN_NAME in bare


def _scripts(name: str) -> set[str]:
    """Return the alphabets of a name's letters, by the first word of each letter's Unicode name."""
    words = {unicodedata.name(c, "").partition(" ")[0] for c in name if c.isalpha()}
    return {"EAST ASIAN" if word in EAST_ASIAN else word for word in words}


def read_state(text: str) -> str:
    """Return the code of a US state or DC in capitals. Raises: ValueError."""
    code = text.strip().upper()
    if code not in STATES:
        raise ValueError("A state is the two-letter code of a US state or DC.")
    return code


def check_age(born_on: date, today: date) -> None:
    """Raises: Underage."""
    if born_on <= today and age_years(born_on, today) < LEAST_AGE_YEARS:
        raise Underage(errors=[{"pointer": "/date_of_birth", "message": Underage.title()}])


def check_date_of_birth(born_on: date, today: date) -> date:
    """Raises: ValueError for a date on which nobody alive was born."""
    if born_on > today or age_years(born_on, today) > GREATEST_AGE_YEARS:
        raise ValueError("A date of birth lies in the past 120 years.")
    return born_on


def age_years(born_on: date, day_on: date) -> int:
    """Return completed years of age; one born on 29 February has the birthday on 1 March."""
    had_birthday = (day_on.month, day_on.day) >= (born_on.month, born_on.day)
    return day_on.year - born_on.year - (0 if had_birthday else 1)


def notices_of_state(state_code: str, excluded: Iterable[str]) -> tuple[str, ...]:
    """Return what a member of a state should know from the start."""
    if state_code not in excluded:
        return ()
    return (f"Residents of {state_code} can't enter drawings that exclude it; all else is open.",)


def newly_accepted(member: Member, changes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each document with its version, where that is not the one accepted last."""
    last = {"terms": member.terms_version, "rules": member.rules_version}
    for document, former in last.items():
        version = changes.get(f"accepted_{document}_version")
        if version is not None and version != former:
            yield document, version


def check_name_holders(holders: Iterable[NameHolder], email_key: str) -> None:
    """Raises: DisplayNameTaken, unless the holder is the same address, its account unfinished.

    An active account's name is taken even for its owner's address, and a held name is open to
    the address that asked for it: so the answer tells nothing about an address.
    """
    for holder in holders:
        if holder.status != "pending" or holder.email_key != email_key:
            raise DisplayNameTaken(
                errors=[{"pointer": "/display_name", "message": DisplayNameTaken.title()}]
            )


def is_replaceable(account: Account) -> bool:
    """Tell whether a registration never got past its mail, so that a newer one takes its place.

    What an admin made by invitation has no password yet and is none, or whoever knows the address
    could choose the password of an admin's account to be.
    """
    return account.status == "pending" and account.password_hash is not None
