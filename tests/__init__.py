"""Tests import aiogram as the product does."""

from handlers.telegram import quick_start

quick_start.prepare()
