"""Kamkor: the working system of a child-protection and social-work service."""
