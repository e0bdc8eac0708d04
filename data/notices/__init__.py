"""Notices: drafts, approval, audience, the run of a campaign, its report. Invariant: one row per campaign and recipient, in exactly one state."""
