"""Figures about people: how many there are, how many are new, how many were active on a day, in a week, in a month.

Owns `daily_active_users`, one row for a user and a day on which tokens were issued to them, written with the tokens;
and `daily_figures`, what was counted for a day that is past. Each row of the first knows the day before it on which the
user was active, so that a window of days counts those rows alone that were the user's first in it: a month costs one
step of an index for each user, not for each user and day, and is right for any day, not for today alone. Past days are
settled once, by what a server does beside its requests; what they were counted from is deleted after two months.

Days are of UTC. Whoever is deleted stays counted on the days on which they were active, and is counted among the users,
and the new ones, no more. Used by tokens (which write), the console and the Management API."""
