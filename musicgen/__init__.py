"""The site: settings, routes, health, and what every API route shares."""
