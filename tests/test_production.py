"""What production has to be told: what is missing or wrong stops the start, and one line says all of it."""

import runpy
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.site import OURS, ROOT, environment, production

KEY = "q" * 20 + "uince-jelly-and-pears-from-the-garden-of-1999"


@pytest.fixture
def settings_of(monkeypatch, tmp_path):
    """Give a function that reads the settings anew, as production with `more` in its environment would."""

    def read(**more):
        for name in OURS:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("LIANGHUI_VAR", str(tmp_path))
        for name, value in (production(tmp_path) | more).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "lianghui" / "settings.py"))

    return read


def refusal(settings_of, **more):
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_of(**more)
    said = str(refused.value)
    assert "\n" not in said
    return said


def test_all_that_is_missing_is_named_in_one_line(tmp_path):
    command = [sys.executable, "manage.py", "check"]
    env = environment(tmp_path, LIANGHUI_ENV="production")
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "manage.py: LIANGHUI_ENV=production needs SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, EMAIL_URL, FROM_EMAIL and "
        "SITE_URL in the environment. EMAIL_URL=none means: no alerts by e-mail.\n"
    )


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL", "FROM_EMAIL", "SITE_URL"])
@pytest.mark.parametrize("nothing", ["", "  "])
def test_each_of_them_is_demanded(settings_of, name, nothing):
    assert refusal(settings_of, **{name: nothing}).startswith(f"LIANGHUI_ENV=production needs {name} in the")


def test_no_mail_is_said_plainly_and_needs_neither_sender_nor_address(settings_of):
    read = settings_of(EMAIL_URL="none", FROM_EMAIL="", SITE_URL="")
    assert read["ALERTS_BY_MAIL"] is False
    assert settings_of()["ALERTS_BY_MAIL"] is True


@pytest.mark.filterwarnings("error")  # which would print a line more
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"SECRET_KEY": KEY[:49]}, "SECRET_KEY is too weak"),
        ({"SECRET_KEY": "abcd" * 20}, "SECRET_KEY is too weak"),
        ({"SECRET_KEY": f"django-insecure-{KEY}"}, "SECRET_KEY is too weak"),
        ({"SECRET_KEY_BEFORE": KEY[:49]}, "SECRET_KEY_BEFORE is too weak"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must be names"),
        ({"ALLOWED_HOSTS": ","}, "ALLOWED_HOSTS must be names"),
        ({"ALLOWED_HOSTS": "."}, "ALLOWED_HOSTS must be names"),
        ({"ALLOWED_HOSTS": "https://lianghui.example"}, "ALLOWED_HOSTS must be names"),
        ({"ALLOWED_HOSTS": "lianghui.example:8000"}, "ALLOWED_HOSTS must be names"),
        ({"DATABASE_URL": "lianghui"}, "DATABASE_URL must be like"),
        ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL must be like"),
        ({"DATABASE_URL": "sqlite:///lianghui.sqlite3"}, "DATABASE_URL must be like"),
        ({"DATABASE_URL": "mysql://user:quince@host/name"}, "DATABASE_URL must be like"),
        ({"DATABASE_URL": "postgres://user:quince@host:port/name"}, "DATABASE_URL must be like"),
        ({"CONTACT_EMAIL": "nobody"}, "CONTACT_EMAIL must be an address"),
        ({"LIANGHUI_ENV": "prod"}, "LIANGHUI_ENV must be production or development, not 'prod'."),
    ],
)
def test_what_is_weak_or_wrong_is_refused_and_no_secret_repeated(settings_of, more, said):
    refused = refusal(settings_of, **more)
    assert refused.startswith(said)
    assert "quince" not in refused
    assert KEY[:20] not in refused


def test_a_key_may_begin_with_any_character(settings_of):
    assert settings_of(SECRET_KEY=f"${KEY}")["SECRET_KEY"] == f"${KEY}"


def test_what_the_key_before_signed_holds_for_as_long_as_it_is_said(settings_of):
    assert settings_of()["SECRET_KEY_FALLBACKS"] == []
    assert settings_of(SECRET_KEY_BEFORE=KEY[::-1])["SECRET_KEY_FALLBACKS"] == [KEY[::-1]]


def test_names_may_stand_apart_and_be_addresses(settings_of):
    asked = "lianghui.example, www.lianghui.example,[::1],192.0.2.1"
    assert settings_of(ALLOWED_HOSTS=asked)["ALLOWED_HOSTS"] == [
        "lianghui.example",
        "www.lianghui.example",
        "[::1]",
        "192.0.2.1",
    ]


def test_development_needs_nothing(settings_of):
    nothing = dict.fromkeys(production(ROOT), "")
    read = settings_of(**nothing)
    assert not read["PRODUCTION"]
    assert "SECURE_SSL_REDIRECT" not in read


def test_other_names_below_the_domain_are_spoken_for_only_where_that_is_asked(settings_of):
    assert settings_of()["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is False
    assert settings_of(HSTS_SUBDOMAINS="true")["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
