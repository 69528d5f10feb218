"""What in a model.conf casbin reads otherwise than it looks."""
