"""Office hours and working days. Invariant: the calendar is handed in; nothing here reads a clock."""
