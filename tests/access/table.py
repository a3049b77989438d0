"""The access matrix: one row for every operation of the document, read as data."""

from __future__ import annotations

from tests.access import (
    table_accounts,
    table_activities,
    table_connections,
    table_drawings,
    table_leaderboards,
    table_members,
    table_music,
    table_points,
    table_prizes,
    table_providers,
    table_recovery,
    table_templates,
    table_tickets,
    table_witnesses,
)
from tests.access.rows import Row

ROWS: tuple[Row, ...] = (
    *table_accounts.ROWS,
    *table_members.ROWS,
    *table_providers.ROWS,
    *table_activities.ROWS,
    *table_connections.ROWS,
    *table_recovery.ROWS,
    *table_music.ROWS,
    *table_drawings.ROWS,
    *table_prizes.ROWS,
    *table_templates.ROWS,
    *table_tickets.ROWS,
    *table_witnesses.ROWS,
    *table_points.ROWS,
    *table_leaderboards.ROWS,
)
