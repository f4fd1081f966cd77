"""The demo's rural districts and villages: invented, and called so."""

from pathlib import Path

from kamkor.demo.offices import OWNER
from kamkor.exchange.villages import units_in
from kamkor.territory.operations import load_units

FILE = Path(__file__).with_name("villages.csv")


def build_villages() -> None:
    """Load the shipped file of invented places, as ``kamkor load territory`` does."""
    units, _ = units_in(FILE)
    load_units(units, OWNER)
