"""The console's page of the report."""
