"""What gunicorn.conf.py promises, asked of real servers."""

import http.client
import subprocess
import sys
from urllib.parse import urlsplit

from tests.site import ROOT, environment, production


def get(url: str, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    return response.status, response.read().decode()


def test_an_address_as_long_as_gunicorn_takes_it_reaches_django(reading_site):
    status, page = get(reading_site.url, "/proposals/?q=" + "x" * 8_000)  # tests/test_sizes.py has longer ones
    assert status == 200
    assert "<title>" in page


def test_no_header_says_where_the_site_lies_or_what_is_asked_for(reading_site):
    """A proxy hands them on, and one page would be kept as another."""
    for headers in ({"SCRIPT_NAME": "/topics"}, {"PATH_INFO": "/regions/"}, {"SCRIPT_NAME": "/nowhere"}):
        for _ in range(2):
            status, page = get(reading_site.url, "/topics/", **headers)
            assert (status, "<h1>Topics</h1>" in page) == (200, True)


def test_a_missing_setting_stops_the_start_with_one_line(tmp_path):
    command = [sys.executable, "-m", "gunicorn", "--log-level", "warning"]
    env = environment(tmp_path, **production(tmp_path, SECRET_KEY=""))
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    started, told = done.stderr.splitlines()
    assert "Starting gunicorn" in started
    assert told == "gunicorn: LIANGHUI_ENV=production needs SECRET_KEY in the environment."


def test_when_one_server_is_killed_the_others_answer_and_it_can_come_back(site):
    two = site(servers=2)
    two.kill(0)
    assert get(two.urls[1], "/proposals/")[0] == 200
    two.start()
    assert get(two.urls[0], "/proposals/")[0] == 200
