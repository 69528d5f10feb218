"""What Delega adds to Casbin: accounts, the enforcer, the editor, freshness."""
