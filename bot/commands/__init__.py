"""The subcommands of `troly`, one file a subject. Imported only when the subcommand is used."""
