"""The rules of the pathway in plain Python."""
