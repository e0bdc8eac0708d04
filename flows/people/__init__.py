"""People as they are named in speech: names, birth dates, provinces, kin, and corrections of these."""
