"""Benchmarks of the name matcher against its peers. Rule: development sets are read from a folder, never kept here."""
