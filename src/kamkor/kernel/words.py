"""Marks words for translation where Django may not be imported; the door translates them."""


def noop(message: str) -> str:
    """Mark an English text as one to be translated; returns it unchanged."""
    return message
