"""`delega serve`: a folder of policy behind AuthZEN over HTTP; no accounts, no database."""
