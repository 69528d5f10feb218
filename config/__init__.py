"""Settings and server configuration; knows neither authz nor webapp."""
