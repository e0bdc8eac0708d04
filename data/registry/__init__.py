"""The participants' registry: records, keyed lookups, the search by name. Invariant: personal values are sealed at rest; disclosure is decided by data/effects, not here."""
