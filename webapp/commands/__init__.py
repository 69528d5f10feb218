"""The subcommands of `delega`, one file a noun."""
