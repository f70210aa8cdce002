"""The front door: what README tells people to type works, in production too."""

import re
import subprocess
import sys
import urllib.request

from django.core.management import get_commands

from tests.site import FOUNDING_DATA, ROOT, environment, free_port, production, succeed, wait_for

README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def test_the_set_up_is_the_two_commands():
    start = README[README.index("## Start") : README.index("## Enter")]
    assert re.findall(r"^    (make \w+)", start, re.MULTILINE) == ["make run", "make test"]


def test_every_make_target_is_there_and_ci_runs_no_other():
    shown = set(re.findall(r"make (\w+)", re.sub(r"needs Python 3\.11.*?`make`", "", README)))
    targets = set(re.findall(r"^(\w+):", MAKEFILE, re.MULTILINE))
    assert shown <= targets
    assert set(re.findall(r"^make (\w+)", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)) <= shown


def test_every_management_command_is_there():
    named = set(re.findall(r"manage\.py (\w+)", README))
    assert {"load_dataset", "catalogue", "migrate", "collectstatic"} <= named <= set(get_commands())


def test_every_file_and_picture_that_it_names_is_there():
    tree = README[README.index("```\nlianghui/") : README.index("```\nThe record")]
    named = re.findall(r"^([\w/]+/)", tree, re.MULTILINE) + re.findall(r"\]\(([\w/.-]+)\)", README)
    assert [path for path in named if not (ROOT / path).exists()] == []


def run(*command, env):
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_what_deploy_says_serves_the_site_with_its_style(tmp_path):
    env, port = environment(tmp_path, **production(tmp_path, ALLOWED_HOSTS="lianghui.example")), free_port()
    succeed(run("manage.py", "migrate", "--verbosity", "0", env=env))
    succeed(run("manage.py", "load_dataset", str(FOUNDING_DATA), env=env))
    succeed(run("manage.py", "collectstatic", "--no-input", env=env))
    log = tmp_path / "log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "gunicorn", "lianghui.wsgi", "-b", f"127.0.0.1:{port}"]
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        wait_for(f"http://127.0.0.1:{port}/", server, log)
        page = ask(port, "/proposals/")
        assert "5 proposals" in page
        [style] = re.findall(r'href="(/static/lianghui\.[0-9a-f]+\.css)"', page)
        assert "--accent" in ask(port, style)
    finally:
        server.terminate()
        server.wait(10)


def ask(port, path):
    headers = {"Host": "lianghui.example", "X-Forwarded-Proto": "https"}
    with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)) as answer:
        return answer.read().decode()
