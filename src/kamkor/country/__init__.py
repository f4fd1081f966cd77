"""What belongs to one country: its levels, numbers, names of territories, rule sets."""
