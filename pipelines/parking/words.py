"""The stable words of parking."""

from typing import Literal

LaneKind = Literal["entry", "exit", "both"]
Direction = Literal["entry", "exit"]
AntiPassback = Literal["refuse", "close_old", "operator"]
RightKind = Literal["permit", "whitelist", "blocklist"]
SessionState = Literal["open", "closed", "missed_exit", "missed_entry"]
Reason = Literal[
    "permit",
    "whitelisted",
    "paid",
    "within_free_time",
    "within_grace",
    "new_session",
    "blocklisted",
    "payment_due",
    "lot_full",
    "already_inside",
    "no_right",
    "needs_operator",
    "low_confidence",
    "implausible_text",
    "not_enough_reads",
    "wrong_direction",
    "no_session",
    "expired",
    "internal_error",
]
"""Why. Accepted: permit to new_session; rejected: blocklisted to no_right; unknown, and nothing opens: the others."""
