"""What stands beside `decide`: who may, what may he, why not, and what would change it."""
