"""The wordings of the official rules, by version; configuration for the operator's lawyers.

A wording that was used is never edited: a change is a new version, and templates and drafts say
which one they go by. Lines of a list are indented by three spaces; blank lines part blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

_FIRST = Template(
    """OFFICIAL RULES (version $version)
$name
Drawing $drawing_id

NO PURCHASE NECESSARY. Tickets cost points, which are earned by activity, can't be bought and have
no cash value.

1. SPONSOR. $sponsor supplies the prizes. $operator operates the drawing.

2. ELIGIBILITY. Open to $audience whose e-mail address is verified, who are at least $age years old
(at least $ages) and whose account is at least $account_age_days days old.
Void for residents of: $excluded.
Staff of the operator, the sponsor's people, and members of their households can't enter.
Registered and bonded in: $registered.

3. DATES.
   Entry opens: $opens_at
   Entry ends:  $closes_at
   Draw:        $draws_at

4. HOW TO ENTER. A ticket costs $price points. $limit
However a ticket was obtained, it carries the same weight in the draw.

5. ODDS. They depend on the number of tickets: each ticket has the same chance, one out of all
tickets in the drawing for each pick. $distinct

6. PRIZES. Approximate retail value $total in total.
$prizes

7. DRAW. Winners and $alternates alternates are selected as the FTD1 drawing protocol says, from
values committed to before entry opens. Anyone can verify the draw from public data.

8. CLAIMS. Winners are told at once and must confirm within $claim_days days; else the prize is
forfeited, and $unclaimed. Eligibility is checked again then.

9. TAX. Winners owe all taxes on prizes. A form may be required before a prize is delivered.

10. WINNERS' LIST. Results are published with the drawing as soon as it has been drawn.
"""
)

_SECOND = Template(
    """OFFICIAL RULES (version $version)
$name
Drawing $drawing_id

NO PURCHASE OR PAYMENT OF ANY KIND IS NECESSARY TO ENTER OR WIN. Tickets cost points, which are
earned by activity, can't be bought and have no cash value; rule 5 tells how to enter without any.

1. SPONSOR. $sponsor supplies the prizes. $operator ("the operator") operates the drawing.

2. ELIGIBILITY. Open to $audience who reside in the United States, whose e-mail address is
verified, whose account is active and at least $account_age_days days old, and who are at least
$age years old.
   Least ages of states that differ: $ages
   Tiers that may enter: $tiers
   Void, and no entry, for residents of: $excluded
   Registered and bonded in: $registered
The operator's staff, the sponsor's people, and members of the households of either can't enter or
win. Whoever claims a prize, by giving an address or taking a code, affirms to be none of these; who
is one of them gives the prize up. Eligibility is checked when a member enters and again before a
prize is awarded. Void where prohibited.

3. DATES.
   Entry opens: $opens_at
   Entry ends: $closes_at
   Draw: $draws_at

4. HOW TO ENTER WITH POINTS. A ticket costs $price points. $limit Paid and free tickets count
together.

5. HOW TO ENTER FREE. One free ticket a person and day: by the free-entry form of this drawing,
signed in, without points and without any activity. $by_mail
A free ticket carries the same weight in the draw as any other, and the draw can't tell them apart.

6. ODDS. They depend on the number of tickets entered: at each pick every ticket that is still in
has the same chance, one out of all of them. $distinct The odds as they stand are shown before each
purchase.

7. PRIZES. Approximate retail value $total in total. No substitution, transfer or cash instead of a
prize, but by the sponsor's choice for one of equal or greater value.
$prizes

8. DRAW. Winners and $alternates alternates are selected as the FTD1 drawing protocol says, from
values committed to before entry opens and, where the signed terms name one, a public beacon.
Anyone can verify the draw from public data. A draw that lacks a value $reveal_hours hours after
its time is void; its entries go on in a new drawing.

9. CLAIMS. Winners are told at once, in the application and by e-mail.
They must confirm within $claim_days days; else the prize is forfeited, and $unclaimed.

10. TAX. Winners owe all taxes on prizes. Where the prizes that a winner gets in a calendar year
reach the reporting threshold of that year, delivery waits until the tax form is on record.

11. WINNERS' LIST. Winners, as their privacy settings show them, their ticket numbers and the files
for verification are published with the drawing as soon as it has been drawn, and stay there.

12. THESE RULES. This text is version $version. Its SHA-256 is in the drawing's signed terms, and
who enters accepts it. Its wording, the states, ages and values in it are the operator's
configuration, which its lawyers settle; the software gives no legal advice.
"""
)

WORDINGS: Mapping[str, Template] = {"2026-11": _FIRST, "2026-12": _SECOND}
LATEST = "2026-12"
