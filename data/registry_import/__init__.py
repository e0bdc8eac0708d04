"""Import of the registry from Excel and CSV: read, checked, written in batches. Invariant: a row is written whole or reported; a killed import can be started again."""
