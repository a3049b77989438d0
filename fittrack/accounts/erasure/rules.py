"""The name under which an erased account's records stay, and what is kept of it and why."""

from __future__ import annotations

import base64
from collections.abc import Mapping

PSEUDONYM_BYTES = 10


def pseudonym(random_bytes: bytes) -> str:
    """Return the display name of an erased account, such as `member-7F3KQ2ZPXA5W6M4B`."""
    return f"member-{base64.b32encode(random_bytes).decode()}"


def erased_email_key(account_id: str) -> str:
    """Return what stands where an address was compared; no address looks like it."""
    return f"erased:{account_id}"


# What belongs to a member and is gone: the table, and the statement that sees to it.
ERASED: Mapping[str, str] = {
    "activities": "erase_activities",
    "activity_efforts": "delete_efforts",
    "activity_edits": "delete_edits",
    "activity_laps": "delete_laps",
    "activity_marks": "delete_marks",
    "activity_metrics": "delete_metrics",
    "activity_minutes": "delete_minutes",
    "activity_samples": "delete_samples",
    "appeals": "erase_appeals",
    "board_members": "erase_board_member",
    "board_moves": "erase_board_moves",
    "cache_stamps": "erase_stamp",
    "connection_attempts": "erase_attempts",
    "connection_records": "delete_records",
    "connection_streams": "delete_streams",
    "connection_syncs": "delete_syncs",
    "connections": "delete_connection",
    "display_name_holds": "erase_name_holds",
    "email_changes": "erase_email_changes",
    "export_chunks": "delete_export_chunks",
    "exports": "erase_exports",
    "external_identities": "erase_identities",
    "factor_resets": "erase_factor_resets",
    "fulfilment_addresses": "erase_addresses",
    "fulfilment_codes": "erase_codes",
    "idempotency_keys": "erase_keys",
    "import_archive_chunks": "delete_archive_chunks",
    "import_archives": "erase_archives",
    "import_items": "erase_import_items",
    "imports": "erase_imports",
    "login_guards": "erase_login_guards",
    "mailed_tokens": "erase_mailed_tokens",
    "max_hr_values": "erase_max_hr_values",
    "mfa_challenges": "erase_mfa_challenges",
    "notifications": "erase_notifications",
    "oidc_attempts": "erase_oidc_attempts",
    "oidc_proofs": "erase_oidc_proofs",
    "original_files": "erase_original_files",
    "outbox": "erase_jobs",
    "passkey_users": "erase_passkey_user",
    "passkeys": "erase_passkeys",
    "play_limits": "erase_play_limits",
    "point_adjustments": "erase_adjustments",
    "privacy_grids": "erase_grid",
    "privacy_zones": "erase_zones",
    "profile_images": "erase_profile_image",
    "profiles": "erase_profile",
    "provider_payloads": "delete_sent",
    "recoveries": "erase_recoveries",
    "recovery_codes": "erase_recovery_codes",
    "refresh_tokens": "erase_refresh_tokens",
    "reviews": "erase_reviews",
    "security_events": "erase_security_events",
    "sessions": "erase_sessions",
    "shared_figures": "delete_shared_figures",
    "sleeps": "erase_sleeps",
    "sponsor_accounts": "erase_sponsor_account",
    "standings": "delete_standings",
    "suspensions": "erase_suspensions",
    "totp_factors": "erase_totp_factor",
}

# What stays, with the account's id for a name, and why; docs/privacy.md tells it in words.
KEPT: Mapping[str, str] = {
    "acceptances": "which rules a member had accepted when the tickets were sold",
    "accounts": "the row that all that is kept refers to, under a pseudonym",
    "address_readings": "who of the staff read which winner's address",
    "admin_actions": "who of the staff did what; it holds ids and names of fields, nobody's data",
    "day_awards": "how many points a day was awarded, for the ledger's audit; the rest is blank",
    "disqualifications": "who was shut out of a drawing, for a reason that its list names",
    "drawing_history": "who of the staff changed a drawing",
    "drawing_holders": "which tag is whose account's; without its salt no tag can be opened",
    "drawing_picks": "the result of a drawing",
    "drawing_templates": "who of the staff made a template",
    "drawings": "who of the staff made a drawing",
    "entries": "what was sold; open tickets stay valid",
    "erasures": "that the account was erased, on whose behalf and when",
    "free_entries": "which day's free entry was used, and who of the staff entered it from mail",
    "fulfilment_events": "who took which step of a delivery",
    "fulfilments": "which prize was given to which account, for the law and for the delivery",
    "ledger_accounts": "the books",
    "ledger_postings": "the books",
    "ledger_transactions": "the books",
    "review_events": "who of the staff decided what; it holds ids and codes, nobody's data",
    "sponsors": "an organisation's own contact",
    "tax_forms": "that the law's form was on file before a prize was sent; the form is elsewhere",
}
