"""casbin's Enforcer with the answers of the compiled form: one import to change."""
