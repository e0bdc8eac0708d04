"""The Telegram door. aiogram takes in and replies; python-telegram-bot sends what leaves on its own. Importing this package loads neither."""
