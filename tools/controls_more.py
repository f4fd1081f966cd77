"""More planted faults: the later half of one list, which a file does not hold."""

from tools.controls_list import COUNTED_TWICE, COUNTING, Control

MORE = (
    Control(
        "who is taken off on the day is counted until the next",
        COUNTING,
        r"o\.happened_on <= d\.day\)",
        "o.happened_on < d.day)",
        COUNTED_TWICE,
    ),
    Control(
        "what is recorded on the day is known from the next",
        COUNTING,
        r"clock\.day_ends\(question\.known_on\)",
        "clock.day_starts(question.known_on)",
        COUNTED_TWICE,
    ),
    Control(
        "a withdrawn fact counts",
        COUNTING,
        r'f"\{alias\}\.withdrawn_at IS NULL"',
        '"true"',
        COUNTED_TWICE,
    ),
    Control(
        "a key that was taken away still follows from the root",
        "src/kamkor/kernel/keys.py",
        r"key = nodes\.pop\(path\[:begin\]\)",
        "key = nodes[path[:begin]]",
        "tests/kernel/test_keys.py::test_a_key_taken_away_is_gone_and_all_others_stay",
    ),
    Control(
        "a locked text opens in another column",
        "src/kamkor/kernel/locked.py",
        r"\|\{key\}\|\{self\.column\}",
        "|{key}",
        "tests/access/test_locked.py::test_a_text_carried_to_another_record_does_not_open",
    ),
    Control(
        "who asked is the second person too",
        "src/kamkor/cases/operations/two_persons.py",
        r"if viewer\.employee_id == asked\.employee or viewer\.account_id == asked\.account:",
        "if not viewer:",
        "tests/specification/test_16_two_persons.py::test_a_case_is_unsealed_by_two_persons_of_the_team",
    ),
    Control(
        "the database erases on the word of one person",
        "src/kamkor/migrations/0032_two_persons.py",
        r"AND w\.employee <> t\.employee AND w\.account <> t\.account",
        "",
        "tests/specification/test_16_two_persons.py::test_the_database_erases_nothing_that_one_person_alone_wants",
    ),
    Control(
        "who reported is shown with what is opened in an emergency",
        "src/kamkor/migrations/0037_emergency.py",
        r"\n    AND NOT coalesce\(report_id = .*, false\)\);",
        ");",
        "tests/specification/test_17_emergency.py::test_a_case_is_read_for_three_hours_and_not_a_minute_more",
    ),
    Control(
        "a sealed case is opened in an emergency",
        "src/kamkor/migrations/0037_emergency.py",
        r"AND c\.team IS NULL AND k\.team IS NULL ",
        "",
        "tests/specification/test_17_emergency.py::test_unknown_sealed_and_barred_are_told_alike",
    ),
    Control(
        "wrong numbers are not counted",
        "src/kamkor/migrations/0037_emergency.py",
        r"INSERT INTO kamkor_emergencytry \(employee, at\) VALUES \(who, moment\);",
        "",
        "tests/specification/test_17_emergency.py::test_numbers_are_not_tried_out",
    ),
    Control(
        "something is written about what was opened in an emergency",
        "src/kamkor/kernel/only_read.py",
        r"for row in rows if only_read else \(\):",
        "for row in ():",
        "tests/specification/test_17_emergency.py::test_nothing_is_written",
    ),
    Control(
        "the next in line is told of an emergency at once",
        "src/kamkor/cases/queries/emergency.py",
        r"timedelta\(minutes=30\)",
        "timedelta(0)",
        "tests/specification/test_18_emergency_told.py::test_who_is_told_first_and_who_next",
    ),
    Control(
        "whoever is signed in may send any command",
        "src/kamkor/kernel/commands.py",
        r"if self\.actor\.role not in found\.roles:",
        "if not found:",
        "tests/doors/test_matrix.py::test_a_draw",
    ),
    Control(
        "whoever is only offered a case acts on its report and its due items",
        "src/kamkor/cases/queries/next_step.py",
        r"if row\.team is not None or row\.office_district == viewer\.district:",
        "if row.team is None or row.team:",
        "tests/specification/test_08_transfer.py::test_whoever_is_offered_a_case_only_looks_at_what_belongs_to_it",
    ),
)
