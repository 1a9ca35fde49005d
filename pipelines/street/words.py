"""The stable words of incidents and cases."""

from typing import Literal

Source = Literal["camera", "patrol", "citizen"]
Fate = Literal["opened", "repeated", "reopened", "suppressed"]
"""What became of a report: a case of its own, one more sighting of a case, a case that goes on, or nothing."""
CaseState = Literal["reported", "accepted", "registered", "dispatched", "handled", "verified", "closed", "voided"]
Act = Literal["accept", "register", "dispatch", "handle", "verify", "close", "extend", "rework", "void"]
Stage = Literal["accept", "register", "dispatch", "handle", "verify", "close"]
"""The acts that have a deadline: what a case waits for."""
ViewOutcome = Literal["seen_clear", "still_there", "camera_unhealthy", "none"]
"""What a camera saw of the place after handling; `none`: it did not look, or cannot see the place."""
Witness = Literal["camera", "person"]
"""Whose word a verification rests on."""
PictureRole = Literal["before", "after"]
