"""Attacks on a service of our own, each with its figures: `python -m benchmarks.attacks.NAME [--tree OTHER_CHECKOUT]`."""
