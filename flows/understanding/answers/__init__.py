"""Natural answers to closed questions, days as people tell them, and facts told on the way."""

from flows.understanding.answers.days import Day, day_of, read_day
from flows.understanding.answers.meanings import SURE, facts_told, meanings
from flows.understanding.answers.named import named

__all__ = ("SURE", "Day", "day_of", "facts_told", "meanings", "named", "read_day")
