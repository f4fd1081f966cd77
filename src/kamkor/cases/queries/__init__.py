"""What may be asked about the pathway, always for a viewer."""
