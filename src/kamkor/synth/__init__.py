"""A nation of invented people: each kind of life is played once and printed as often as wanted."""
