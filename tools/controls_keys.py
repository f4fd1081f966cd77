"""More planted faults: the renewal of the keys that last."""

from tools.controls_list import Control

LASTING = "tests/access/test_lasting_keys.py"
LOCKED_ANEW = "tests/access/test_second_steps_locked_anew.py"
SEALED = "tests/kernel/test_backup_and_renewal.py"

OF_KEYS = (
    Control(
        "a digest of before a renewal is known no longer",
        "src/kamkor/kernel/digests.py",
        r" or digest in digests_of\(content\)",
        "",
        f"{LASTING}::test_a_command_is_known_again_and_other_content_is_not[once]",
    ),
    Control(
        "of two renewals the first is forgotten",
        "src/kamkor/kernel/renewal.py",
        r"keys_before=\(before\.context_key, \*before\.keys_before\)",
        "keys_before=(before.context_key,)",
        f"{LASTING}::test_a_receipt_code_that_was_handed_out_is_shown_and_answered[twice]",
    ),
    Control(
        "a renewal that was broken off draws further keys",
        "src/kamkor/kernel/renewal.py",
        r"before if before\.renewal_begun else _drawn\(before\)",
        "_drawn(before)",
        f"{LASTING}::test_broken_off_after_it_goes_on_with_the_keys_that_were_drawn",
    ),
    Control(
        "two renewals run at once",
        "src/kamkor/kernel/renewal.py",
        r"if not lock\.take\(_TURN_SECONDS\):",
        "if False:",
        f"{LASTING}::test_one_process_at_a_time_changes_the_secrets",
    ),
    Control(
        "a file of before a renewal is loaded again",
        "src/kamkor/cases/operations/loaded_before.py",
        r"keys_loaded\(viewer, \[\*marks, \*now\]\)",
        "keys_loaded(viewer, marks)",
        f"{LASTING}::test_what_was_loaded_before_is_not_loaded_again[once]",
    ),
    Control(
        "a renewal signs everybody out",
        "src/kamkor/web/held.py",
        r"return any\(hmac\.compare_digest\(word, _mac\(key, purpose, told\)\) for key in keys\)",
        "return not keys",
        f"{LASTING}::test_whoever_works_goes_on_in_the_same_session[once]",
    ),
    Control(
        "a code that was used is taken again after a renewal",
        "src/kamkor/web/tallies.py",
        r"if before and remembered\(before, now\):",
        "if not digest:",
        f"{LASTING}::test_what_is_remembered_once_is_remembered_once[once]",
    ),
    Control(
        "second steps stay under the former key",
        "src/kamkor/access/operations/factor_secrets.py",
        r"if name in row\.data and not _opens\(newest, row\.data\[name\]\):",
        "if not newest:",
        f"{LOCKED_ANEW}::test_the_command_renews_all_and_everybody_goes_on",
    ),
    Control(
        "second steps that are not locked anew yet do not open",
        "src/kamkor/access/operations/factor_secrets.py",
        r"return _opened\(_locks\(\), locked\)",
        "return _opened(_locks()[:1], locked)",
        f"{LOCKED_ANEW}::test_broken_off_among_them_each_opens_and_the_next_time_ends_it[1]",
    ),
    Control(
        "a former key seals a newer backup",
        "src/kamkor/kernel/backup.py",
        r"if later\.key > earlier\.key:",
        "if not earlier.folder:",
        f"{SEALED}::test_a_base_that_a_former_key_sealed_after_a_newer_one_is_refused",
    ),
    Control(
        "a former key seals the log of a newer backup",
        "src/kamkor/kernel/restore.py",
        r"if piece\.key <= base\.key and _needed\(piece\.name, base\)",
        "if _needed(piece.name, base)",
        f"{SEALED}::test_log_that_a_former_key_sealed_after_a_base_counts_as_not_sealed",
    ),
    Control(
        "a restored database keeps the key of its time",
        "src/kamkor/kernel/restore.py",
        r"connection\.execute\(ONLY, pads\(bytes\.fromhex\(secrets\.signs\)\)\)",
        "pads(bytes.fromhex(secrets.signs))",
        f"{SEALED}::test_a_backup_of_before_two_renewals_is_restored_and_one_of_after_it",
    ),
)
