"""Vietnamese names of people: compared, and searched in a list of a million. Invariant: pure; numpy is imported by `index` only."""
