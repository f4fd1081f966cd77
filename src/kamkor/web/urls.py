"""The addresses of the desk."""

from django.urls import path, re_path

import kamkor.cases.operations
import kamkor.workforce.operations  # noqa: F401 - importing makes the operations known
from kamkor.web import (
    accounts,
    again,
    case_forms,
    case_page,
    command_door,
    correction,
    factor_resets,
    factors,
    faults,
    figures,
    find,
    help,  # noqa: A004 - the room's word
    home,
    language,
    loading,
    looks,
    morning_lists,
    office,
    operation,
    own_sessions,
    register,
    report_page,
    roster,
    rounds,
    second_step,
    sign_in,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("commands/", command_door.commands, name="commands"),
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-in/second/", second_step.second_step, name="mfa_authenticate"),
    path("sign-in/code/", second_step.one_time_code, name="one_time_code"),
    path("sign-in/passkey/", second_step.by_passkey, name="mfa_login_webauthn"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("language/", language.choose, name="language"),
    path("post/", office.switch_post, name="post"),
    path("account/", office.account, name="account"),
    path("account/again/", again.again, name="account_reauthenticate"),
    path("account/factors/", factors.factors, name="mfa_index"),
    path("account/factors/app/", factors.app, name="mfa_activate_totp"),
    path("account/factors/passkey/", factors.passkey, name="mfa_add_webauthn"),
    path("account/factors/codes/", factors.codes, name="mfa_view_recovery_codes"),
    path("account/resets/", factor_resets.resets, name="resets"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.new_account, name="new_account"),
    path("accounts/<int:account_id>/", accounts.one_account, name="one_account"),
    path("account/sessions/", own_sessions.sessions, name="sessions"),
    path("account/idle/", own_sessions.idle, name="idle"),
    path("alarms/", office.alarms, name="alarms"),
    path("help/", help.index, name="help"),
    path("help/<slug:topic>/", help.page, name="help_page"),
    path("duty/", report_page.duty_desk, name="duty"),
    path("receipt/", report_page.receipt, name="receipt"),
    path("reports/<uuid:report_id>/", report_page.report_page, name="report"),
    path("reports/<uuid:report_id>/received/", report_page.received, name="received"),
    path(
        "reports/<uuid:report_id>/correct/<slug:kind>/<uuid:fact_id>/",
        correction.correct_report,
        name="correct_report",
    ),
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/<uuid:fact_id>/correct/", correction.correct_round, name="correct_round"),
    path("rounds/<uuid:fact_id>/add-concern/", correction.add_concern, name="add_concern"),
    path("reports/<uuid:report_id>/<slug:slug>/", case_forms.about_report, name="about_report"),
    path("register/", register.register, name="register"),
    re_path(r"^register/export\.(?P<kind>csv|xlsx)$", register.export, name="export"),
    path("figures/", figures.show, name="figures"),
    path("figures/list/", figures.behind_number, name="behind_number"),
    re_path(r"^figures/export\.(?P<kind>csv|xlsx)$", figures.export, name="figures_export"),
    path("morning/<slug:what>/", morning_lists.morning_list, name="morning_list"),
    path("loading/", loading.loading, name="loading"),
    path("loading/<uuid:load_id>/", loading.one_load, name="load"),
    path("loading/<uuid:load_id>/rejected.csv", loading.rejected, name="load_rejected"),
    re_path(r"^loading/template\.(?P<kind>csv|xlsx)$", loading.empty_file, name="loading_template"),
    path("find/", find.find, name="find"),
    path("cases/<uuid:case_id>/", case_page.case_page, name="case"),
    path(
        "cases/<uuid:case_id>/correct/<slug:kind>/<uuid:fact_id>/",
        correction.correct,
        name="correct",
    ),
    path("cases/<uuid:case_id>/looks/", looks.who_looked, name="looks"),
    path("cases/<uuid:case_id>/<slug:slug>/", case_forms.about_case, name="about_case"),
    path("tasks/<uuid:task_id>/complete-task/", case_forms.about_task, name="about_task"),
    path("do/<slug:slug>/", case_forms.begin, name="begin"),
    path("take-back/", operation.take_back, name="take_back"),
    path("roster/", roster.roster, name="roster"),
    path("roster/<uuid:row_id>/<slug:slug>/", roster.about_roster, name="about_roster"),
]

handler400 = faults.malformed
handler403 = faults.forbidden
handler404 = faults.not_found
handler429 = faults.too_often
handler500 = faults.broken
