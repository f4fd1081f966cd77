"""The demo: an invented oblast with its offices, people in post, children and three years."""
