"""A generation's life, from the request to the files."""
