"""What may be asked and what may be shown of an answer, in plain Python."""
