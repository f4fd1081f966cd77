"""The ways in which `make controls` breaks the product, each with the test that must notice it."""

from dataclasses import dataclass

PATHWAY = "tests/specification/test_pathway.py"
ACCESS = "tests/doors/test_access.py"
COMMANDS = "tests/doors/test_commands.py"
LAST_ACT = "tests/doors/test_last_act.py"
EVERYDAY = "tests/doors/test_everyday.py"
LISTS = "tests/doors/test_lists.py"
PAGES = "tests/doors/test_pages.py"
BACKUP = "tests/kernel/test_backup.py"
COUNTING = "src/kamkor/figures/queries/statement.py"
COUNTED_TWICE = (
    "tests/figures/test_independent_count.py::test_two_hundred_questions_are_answered_alike"
)


@dataclass(frozen=True)
class Control:
    """One planted fault: in this file this text becomes another, and this test must fail.

    ``old`` is a regular expression that must be found exactly once, ``new`` stands in its place.
    """

    name: str
    file: str
    old: str
    new: str
    test: str


CONTROLS = (
    Control(
        "questions across departments are not counted",
        "src/kamkor/migrations/0052_known_elsewhere.py",
        r"IF asked > 10 OR 20 <= ",
        "IF false AND 20 <= ",
        "tests/specification/test_22_elsewhere.py::test_ten_thousand_guesses_get_ten_answers",
    ),
    Control(
        "another department answers whoever is barred from the child",
        "src/kamkor/migrations/0052_known_elsewhere.py",
        r"kamkor_barred b WHERE b\.employee_id = who",
        "kamkor_barred b WHERE b.employee_id = -1",
        "tests/specification/test_22_elsewhere.py"
        "::test_whoever_is_barred_from_the_child_is_answered_no",
    ),
    Control(
        "what was said of two records holds whatever changes",
        "src/kamkor/people/queries/records.py",
        r"if pair in pairs and is_digest_of\(fact\.compared, pairs\[pair\]\.content\)",
        "if pair in pairs",
        "tests/specification/test_21_same_child.py"
        "::test_two_children_are_no_pair_again_until_something_changes",
    ),
    Control(
        "a pair goes on telling of a child that was sealed",
        "src/kamkor/migrations/0051_same_children.py",
        r"to_team IS NOT NULL OR team IS NOT NULL",
        "false",
        "tests/specification/test_21_same_child.py::test_of_a_sealed_child_no_pair_tells",
    ),
    Control(
        "a child is entered twice without a word",
        "src/kamkor/web/operation.py",
        r"if unseen and _readable",
        "if False and _readable",
        "tests/doors/test_duplicates.py"
        "::test_who_may_be_the_child_is_shown_before_it_is_entered_twice",
    ),
    Control(
        "words one letter apart are not looked for",
        "src/kamkor/people/queries/words.py",
        r"if one_letter_apart\(one, word\)",
        "if one == word",
        "tests/doors/test_search_page.py"
        "::test_a_name_is_found_with_a_letter_wrong_and_whole_names_stand_first",
    ),
    Control(
        "a form is begun without what was typed in the search",
        "src/kamkor/web/operation.py",
        r"begun = fill_typed\(asked\.shape, dict\(asked\.first\)\) \| typed",
        "begun = fill_typed(asked.shape, dict(asked.first))",
        "tests/doors/test_search_page.py"
        "::test_where_nobody_is_found_the_form_begins_with_what_was_typed",
    ),
    Control(
        "an answer is given before it stands on the disk",
        "src/kamkor/kernel/postmaster.py",
        r'"synchronous_commit": "on"',
        '"synchronous_commit": "off"',
        "tests/kernel/test_server_data.py::test_what_is_answered_for_is_on_the_disk",
    ),
    Control(
        "files of a backup are not compared with its manifest",
        "src/kamkor/kernel/backup.py",
        r"if name not in there or digest_of_file\(base\.folder / name\) != base\.files\.get\(name\):",
        "if name not in there:",
        f"{BACKUP}::test_a_base_that_was_altered_is_refused[altered-backup_manifest]",
    ),
    Control(
        "anybody may write the manifest of a backup anew",
        "src/kamkor/kernel/backup.py",
        r"key = sealed_by\(str\(told\.pop\(\"seal\"\)\), _seals\(told, secrets\)\)",
        "key = told.pop('seal') and 0",
        f"{BACKUP}::test_a_manifest_written_anew_is_refused",
    ),
    Control(
        "a restore writes over what stands there",
        "src/kamkor/kernel/restore.py",
        r"if there - KEPT_APART:",
        "if there - KEPT_APART - {'pg'}:",
        f"{BACKUP}::test_nothing_is_written_over",
    ),
    Control(
        "service mode starts whatever is wrong",
        "src/kamkor/management/commands/serve.py",
        r"if not settings\.KAMKOR_SERVICE:",
        "if settings.KAMKOR_SERVICE:",
        "tests/kernel/test_service.py::test_service_mode_does_not_start_without_keys",
    ),
    Control(
        "any script may make a page of text",
        "src/kamkor/web/headers.py",
        r" require-trusted-types-for 'script';",
        "",
        "tests/browser/test_injection.py::test_no_script_but_ours_makes_a_page_of_text[innerHTML]",
    ),
    Control(
        "a cell of the pathway is flipped",
        "tests/specification/pathway.csv",
        r"(?m)^registered,propose_taking_off,,worker,taking_off_proposed,",
        "registered,propose_taking_off,,worker,registered,",
        f"{PATHWAY}::test_cell[registered-propose_taking_off-worker]",
    ),
    Control(
        "a row of the product's table begins from another state",
        "src/kamkor/cases/vocabulary.py",
        r"frozenset\(\{CaseState\.ACCOMPANIMENT\}\),",
        "frozenset({CaseState.CHECK_DUE}),",
        f"{PATHWAY}::test_cell[accompaniment-end_accompaniment-specialist]",
    ),
    Control(
        "a row of the product's table leads elsewhere",
        "src/kamkor/cases/vocabulary.py",
        r'\{"": CaseState\.CHECK_DUE\},',
        '{"": CaseState.CLOSED},',
        f"{PATHWAY}::test_the_products_table_says_the_same",
    ),
    Control(
        "a worker may decide on taking off",
        "src/kamkor/cases/vocabulary.py",
        r"(\s{8}PROPOSED,\s+)_DECIDERS",
        r"\1_FIELD",
        f"{PATHWAY}::test_cell[taking_off_proposed-decide_taking_off-worker]",
    ),
    Control(
        "the fold of facts forgets the check after leaving",
        "src/kamkor/cases/rules/standing.py",
        r'"agree": CaseState\.CHECK_DUE',
        '"agree": CaseState.CLOSED',
        f"{PATHWAY}::test_cell[taking_off_proposed-decide_taking_off=agree/difficulty_overcome-head]",
    ),
    Control(
        "who is only offered a case may act on it",
        "src/kamkor/cases/operations/steps.py",
        r"    require_own_side\(order, case\)\n",
        "",
        f"{PATHWAY}::test_cell[transfer_offered-assign_worker-receiving_specialist]",
    ),
    Control(
        "a table of cases without row security",
        "src/kamkor/migrations/0035_rows_opened.py",
        r"rowsecurity\.condition\(subject, widest=widest\)",
        "'(true)' if table == 'kamkor_case' else rowsecurity.condition(subject, widest=widest)",
        f"{ACCESS}::TestWithThePythonLocksOff::test_lists",
    ),
    Control(
        "a policy that shows sealed rows to the department",
        "src/kamkor/kernel/rowsecurity.py",
        r"\(team IS NULL AND \(SELECT viewer_key",
        "(true AND (SELECT viewer_key",
        f"{ACCESS}::TestWithThePythonLocksOff::test_sealed_in_ones_own_department[report]",
    ),
    Control(
        "a key for who is barred from something",
        "src/kamkor/kernel/database.py",
        r"        if self\.barred:\n            return None\n",
        "",
        "tests/access/test_signed_key.py"
        "::test_who_is_barred_from_anything_or_sees_several_offices_has_no_key",
    ),
    Control(
        "a reporter shown to the posts above",
        "src/kamkor/migrations/0055_who_is_told_who_reported.py",
        r"widest=rowsecurity\.DISTRICT",
        "widest=rowsecurity.NATION",
        "tests/access/test_row_security.py"
        "::test_who_brought_a_report_is_for_its_unit_and_department_alone",
    ),
    Control(
        "commands of the shell that leave no look",
        "src/kamkor/access/operations/looks.py",
        r"    if seen:\n",
        '    if seen and page != "commands":\n',
        "tests/exchange/test_looks_written.py::test_who_is_read_is_in_the_log[commands]",
    ),
    Control(
        "a list without the viewer's scope",
        "src/kamkor/cases/queries/case.py",
        r"return Case\.objects\.filter\(scope_filter\(viewer, of_worker=own\)\)",
        "return Case.objects.all()",
        f"{ACCESS}::test_every_list_carries_its_scope",
    ),
    Control(
        "what is hidden is answered otherwise than what is not there",
        "src/kamkor/web/case_page.py",
        r"(def case_page\((?s:.)*?)return faults\.fault_page\(request, 404\)",
        r"\1return faults.fault_page(request, 404 if case_id.int % 2 else 403)",
        f"{ACCESS}::test_hidden_is_answered_as_what_does_not_exist",
    ),
    Control(
        "anybody's receipt is shown",
        "src/kamkor/web/report_page.py",
        r'if last_act\.held\(request\)\.get\("report"\) != str\(report_id\):',
        "if not last_act.held(request):",
        f"{ACCESS}::test_a_receipt_is_shown_only_to_who_took_the_report_down",
    ),
    Control(
        "the journal is skipped",
        "src/kamkor/kernel/commands.py",
        r"write_together\(\[\*rows, \*self\._journal_entries\(pending\)\]\)",
        "write_together(rows)",
        f"{COMMANDS}::test_one_command_is_applied",
    ),
    Control(
        "a command sent twice is carried out twice",
        "src/kamkor/kernel/commands.py",
        r'return Answer\(command\.id, "duplicate", answer\)',
        "return None",
        f"{COMMANDS}::test_the_same_again_changes_nothing_and_answers_the_same",
    ),
    Control(
        "somebody else's command may be asked for again",
        "src/kamkor/kernel/commands.py",
        r"account != self\.actor\.account_id or not is",
        "not is",
        f"{COMMANDS}::test_another_person_cannot_replay_a_command",
    ),
    Control(
        "a stale version is taken",
        "src/kamkor/kernel/commands.py",
        r"            raise StaleVersion\n",
        "            pass\n",
        f"{COMMANDS}::test_a_stale_version_is_refused",
    ),
    Control(
        "today is a day too late",
        "src/kamkor/kernel/clock.py",
        r"return local_day\(now\(\)\)",
        "return local_day(now()) + timedelta(days=1)",
        f"{EVERYDAY}::test_a_future_day_is_refused_with_todays_date",
    ),
    Control(
        "days end at midnight of UTC",
        "src/kamkor/kernel/clock.py",
        r"return moment\.astimezone\(ZONE\)\.date\(\)",
        "return moment.astimezone(UTC).date()",
        f"{EVERYDAY}::test_half_past_midnight_belongs_to_the_local_day",
    ),
    Control(
        "dates are read month first",
        "src/kamkor/web/dates.py",
        r"day, month, year = match\.groups\(\)",
        "month, day, year = match.groups()",
        f"{EVERYDAY}::test_dates_are_typed_day_first",
    ),
    Control(
        "taking back without a limit of time",
        "src/kamkor/cases/operations/taking_back.py",
        r"timedelta\(minutes=minutes\)",
        "timedelta(days=minutes)",
        f"{EVERYDAY}::test_after_ten_minutes_it_is_too_late",
    ),
    Control(
        "a page forgets what may be taken back once it was shown",
        "src/kamkor/web/last_act.py",
        r'request\.session\[KEY\] = last \| \{"shown": True\}',
        "forget(request)",
        f"{LAST_ACT}::test_one_click_takes_the_last_act_back_from_any_page",
    ),
    Control(
        "personal pages may be kept in a cache",
        "src/kamkor/web/headers.py",
        r'"Cache-Control", "no-store"',
        '"Cache-Control", "private"',
        f"{EVERYDAY}::test_back_after_sign_out_shows_no_personal_page",
    ),
    Control(
        "a name is written unescaped",
        "src/kamkor/web/rows.py",
        r"return escape\(value\)",
        "return value",
        f"{EVERYDAY}::test_markup_in_a_name_is_shown_as_text",
    ),
    Control(
        "unknown values come first",
        "src/kamkor/web/paging.py",
        r"F\(one\)\.desc\(nulls_last=True\)",
        "F(one).desc(nulls_first=True)",
        f"{LISTS}::test_pages_hold_every_row_once_in_order[-seen]",
    ),
    Control(
        "the page before loses the unknown values",
        "src/kamkor/web/paging.py",
        r"return ~unknown \| further if back else unknown & further",
        "return unknown & further",
        f"{LISTS}::test_pages_hold_every_row_once_in_order[seen]",
    ),
    Control(
        "an export runs what was typed",
        "src/kamkor/web/export.py",
        r"""return f"'\{text\}" if text\.startswith\(RISKY\) and text != "-" else text""",
        "return text",
        f"{LISTS}::test_the_csv_is_safe_and_says_what_it_is",
    ),
    Control(
        "a child's name in the title",
        "src/kamkor/templates/cases/case.html",
        r"\{% block title %\}",
        "{% block title %}{{ identity.name }} ",
        f"{PAGES}::test_no_title_names_a_child",
    ),
    Control(
        "a search goes into the address",
        "src/kamkor/templates/cases/register.html",
        r'method="post" action="/register/"',
        'method="get" action="/register/"',
        f"{PAGES}::test_what_is_typed_is_sent_by_post",
    ),
    Control(
        "a button for who may not use it",
        "src/kamkor/web/report_page.py",
        r"if viewer\.role not in step\.roles:",
        "if not step.roles:",
        f"{PATHWAY}::test_buttons[report_declined]",
    ),
    Control(
        "a translation is forgotten",
        "src/kamkor/locale/ky/LC_MESSAGES/django.po",
        r'(msgid "No report waits for you\."\nmsgstr )"[^"]+"',
        r'\1""',
        "tests/architecture/test_translations.py::test_every_text_is_translated",
    ),
    Control(
        "who is registered on the day is counted from the next",
        COUNTING,
        r"f\.registered AND f\.happened_on <= d\.day",
        "f.registered AND f.happened_on < d.day",
        COUNTED_TWICE,
    ),
)
