"""Counting through the figures login, which reads no name and no narrative."""
