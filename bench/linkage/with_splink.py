"""Splink on DuckDB, as somebody uses it who has read its tutorial: IN.csv to OUT.csv of pairs.

Run by the environment of `requirements/linkage.txt`, not by the service's. OUT has the two numbers
and the weight of each pair, best first. The same settings whatever the fields hold; with the
word `place` after the seed, district and municipality are levels of one comparison, as somebody
sets it who has also read of correlated columns.
"""

import sys

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

_BY_DATE = block_on("birth_date", "sex")
_BY_NAME = block_on("surname", "given_name", "municipality")
_BY_FAMILY = block_on("surname", "patronymic", "municipality")
_BY_FATHER = block_on("given_name", "patronymic", "municipality")
_DRAWN_PAIRS = 1e6
_SURE_OF = 0.7
"""The tutorial's guess at how many of the pairs its sure rules find."""


def _settings(*, one_place: bool) -> SettingsCreator:
    place = cl.CustomComparison(
        output_column_name="place",
        comparison_levels=[
            cll.NullLevel("municipality"),
            cll.ExactMatchLevel("municipality"),
            cll.ExactMatchLevel("district"),
            cll.ElseLevel(),
        ],
    )
    apart = [cl.ExactMatch("district"), cl.ExactMatch("municipality")]
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="number",
        comparisons=[
            cl.NameComparison("surname"),
            cl.NameComparison("given_name"),
            cl.NameComparison("patronymic"),
            cl.DateOfBirthComparison("birth_date", input_is_string=False),
            *([place] if one_place else apart),
        ],
        blocking_rules_to_generate_predictions=[_BY_DATE, _BY_NAME, _BY_FAMILY, _BY_FATHER],
    )


def main() -> None:
    """Read the records, learn without labels, write the pairs."""
    source, wanted, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
    connection = duckdb.connect()
    connection.execute("SET threads TO 2")
    records = connection.execute(
        "SELECT number, nullif(surname, '') AS surname,"
        " nullif(given_name, '') AS given_name, nullif(patronymic, '') AS patronymic,"
        " CAST(nullif(birth_date, '') AS DATE) AS birth_date, sex, district, municipality"
        " FROM read_csv(?, header = true, all_varchar = true)",
        [source],
    ).to_arrow_table()
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register(records), _settings(one_place=sys.argv[4:] == ["place"]))
    training = linker.training
    sure = [block_on("surname", "given_name", "birth_date")]
    training.estimate_probability_two_random_records_match(sure, recall=_SURE_OF)
    training.estimate_u_using_random_sampling(max_pairs=_DRAWN_PAIRS, seed=seed)
    training.estimate_parameters_using_expectation_maximisation(_BY_DATE)
    training.estimate_parameters_using_expectation_maximisation(_BY_NAME)
    found = linker.inference.predict(threshold_match_weight=-5)
    connection.execute(
        f"COPY (SELECT CAST(number_l AS INT), CAST(number_r AS INT), match_weight"  # noqa: S608
        f" FROM {found.physical_name} ORDER BY match_weight DESC) TO '{wanted}' (HEADER false)"
    )


if __name__ == "__main__":
    main()
