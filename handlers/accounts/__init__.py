"""Accounts that lie elsewhere: the client of the contract docs/accounts-api.yaml."""
