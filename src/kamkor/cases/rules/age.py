"""Until when somebody is a child."""

from datetime import date

from kamkor.kernel.shapes import last_day

ADULT_AGE = 18


def came_of_age(born: date, exactly: str) -> date:
    """The latest day that may be the eighteenth birthday of who was born then, known so exactly."""
    latest = last_day(born, exactly)
    # Whoever was born on 29 February has the birthday on 1 March in other years.
    try:
        return latest.replace(year=latest.year + ADULT_AGE)
    except ValueError:
        return latest.replace(year=latest.year + ADULT_AGE, month=3, day=1)
