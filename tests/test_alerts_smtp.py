"""Alerts against a real mail server in a process of its own: it hangs, refuses, drops connections, and is killed."""

import json
import logging
import random
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from alerts import sending
from alerts.delivery import POSTMAN, deliver
from alerts.models import Message, Pending, Run, Subscriber, Subscription, Told
from alerts.sending import Sender
from alerts.server import DoubtError, MailServer, RefusedError, ServerError
from tests.factories import make_proposal, make_topic
from tests.mail import follow, mail_on
from tests.site import ROOT, Kept, database, free_port, succeed

THINGS = 3


class Server:
    """A mail server that can be started with a fault, killed, and asked what it took."""

    def __init__(self, folder):
        self.port, self.file, self.process = free_port(), folder / "mails", None
        self.file.touch()

    def start(self, fault="", after=0):
        command = [sys.executable, "-m", "tests.mail_server", str(self.port), str(self.file), fault, str(after)]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("the mail server does not start")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    @property
    def taken(self):
        written, _, _half = self.file.read_text().rpartition("\n")  # it may be writing just now
        return [json.loads(line) for line in written.splitlines()]


@pytest.fixture
def server(settings, tmp_path):
    mail_on(settings)
    server = Server(tmp_path)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 20
    settings.EMAIL_ANSWER_TIMEOUT = 2
    yield server
    server.kill()


def readers(*names):
    """Subscribers to the list of a topic, to whom all of it is new."""
    if not Subscription.objects.exists():
        topic = make_topic(slug="quinces", name="Quinces")
        for number in range(THINGS):
            make_proposal(title=f"Plant quinces {number}", topics=[topic], published=True)
    made = [
        Subscriber(address=f"{n}@example.org", language="en-gb", frequency="daily", due=timezone.now()) for n in names
    ]
    Subscriber.objects.bulk_create(made)
    found = Subscriber.objects.filter(address__in=[each.address for each in made])
    what = {"followed": "proposals", "query": "topic=quinces", "same": "quinces"}
    Subscription.objects.bulk_create([Subscription(**what, subscriber=each) for each in found])


def mail_to(address="reader@example.org", text="Hello"):
    mail = EmailMultiAlternatives("Hello", text, "alerts@lianghui.example", [address], headers={"Message-ID": "<1@x>"})
    mail.attach_alternative("<p>Hello</p>", "text/html")
    return mail


def test_many_mails_go_over_one_connection_and_arrive_as_written(server):
    server.start()
    text = ".\n..\n.hidden\nQuince 榅桲 " + "x" * 1200 + "\nend"
    with MailServer() as connection:
        assert connection.hand(mail_to(text=text))
        first = connection._backend.connection
        with pytest.raises(RefusedError):
            connection.hand(mail_to("gone@example.org"))
        assert connection.hand(mail_to())
        assert connection._backend.connection is first
        assert not connection.hand(mail_to(), lambda: False)
    one, other = server.taken
    assert one["text"].strip() == text
    assert other["text"].strip() == "Hello"


@pytest.mark.parametrize(
    ("fault", "error", "begun", "taken"),
    [
        ("die-mail", ServerError, 0, 0),
        ("drop-rcpt", ServerError, 0, 0),
        ("hang-rcpt", ServerError, 0, 0),
        ("refuse-mail", ServerError, 0, 0),
        ("refuse-data", RefusedError, 1, 0),
        ("die-data", DoubtError, 1, 0),
        ("drop-data", DoubtError, 1, 0),
        ("hang-data", DoubtError, 1, 0),
        ("die-taken", DoubtError, 1, 1),
        ("drop-taken", DoubtError, 1, 1),
        ("hang-taken", DoubtError, 1, 1),
    ],
)
def test_what_is_known_of_a_mail_when_the_server_fails(server, settings, fault, error, begun, taken):
    settings.EMAIL_TIMEOUT = 1
    server.start(fault)
    beginnings = []
    with MailServer() as connection, pytest.raises(error) as raised:
        connection.hand(mail_to(), lambda: beginnings.append(1) or True)
    assert type(raised.value) is error
    assert len(beginnings) == begun
    assert len(server.taken) == taken


def test_a_server_that_says_nothing_and_one_that_is_not_there_are_waited_for_no_longer_than_set(settings, server):
    settings.EMAIL_TIMEOUT = 1
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", server.port))
        silent.listen()
        start = time.monotonic()
        with pytest.raises(ServerError):
            MailServer().hand(mail_to())
        assert time.monotonic() - start < 10
    with pytest.raises(ServerError):
        MailServer().hand(mail_to())


@pytest.fixture
def beside(record_on_disk, settings):
    """The thread that delivers, on a record that it can see."""
    settings.ALERTS_BESIDE = True
    yield POSTMAN
    assert POSTMAN.wait(60)


def test_a_server_that_accepts_and_says_nothing_holds_up_no_page(client, server, settings, beside):
    settings.EMAIL_TIMEOUT = 1
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", server.port))
        silent.listen()
        for number in range(10):
            start = time.monotonic()
            assert (
                follow(client, "/alerts/proposals/", f"reader-{number}@example.org", deliver=False).status_code == 302
            )
            assert client.get("/proposals/").status_code == 200
            assert time.monotonic() - start < 1
        assert not beside.wait(0), "the server was not asked: the test proves nothing"
        assert beside.wait(60)
    assert Pending.objects.exclude(due=None).count() == 10
    server.start()
    follow(client, "/alerts/proposals/", "last@example.org", deliver=False)
    assert beside.wait(60)
    deliver()
    assert sorted(line["to"][0] for line in server.taken) == [
        "last@example.org",
        *(f"reader-{number}@example.org" for number in range(10)),
    ]
    assert not Pending.objects.exclude(due=None).exists()


def test_two_who_deliver_at_once_send_nothing_twice(aside, server):
    what = {"followed": "proposals", "language": "en-gb", "frequency": "daily"}
    Pending.objects.bulk_create(Pending(address=f"reader-{n}@example.org", **what) for n in range(25))
    server.start()
    for work in [aside(deliver), aside(deliver)]:
        work.result(timeout=120)
    assert len(server.taken) == len({line["to"][0] for line in server.taken}) == 25


def test_refusals_of_each_kind_stop_nobody_else(server, db, caplog):
    readers("a", "gone", "b", "later", "full", "policy", "c")
    server.start()
    run = Sender().send()
    assert (run.mails, run.failed, run.suspended, run.doubtful) == (3, 4, 1, 0)
    assert sorted(line["to"][0][0] for line in server.taken) == ["a", "b", "c"]
    assert Subscriber.objects.exclude(suspended_at=None).get().address == "gone@example.org"
    assert Message.objects.filter(sent=None).count() == 0
    assert "example.org" not in caplog.text


def test_a_server_that_is_slow_to_take_a_mail_is_waited_for(server, settings, db):
    settings.EMAIL_TIMEOUT, settings.EMAIL_ANSWER_TIMEOUT = 1, 20
    readers("a", "b")
    server.start("slow-taken")
    run = Sender().send()
    assert (run.mails, run.failed, run.doubtful) == (2, 0, 0)
    assert len(server.taken) == 2
    assert sending.lease().total_seconds() > settings.EMAIL_ANSWER_TIMEOUT + 10 * settings.EMAIL_TIMEOUT


def test_a_server_that_hangs_with_every_mail_makes_few_of_them_doubtful(server, settings, db):
    settings.EMAIL_TIMEOUT = 1
    readers("a", "b", "c", "d", "e")
    server.start("hang-data")
    run = Sender().send()
    assert (run.mails, run.failed) == (0, 3)
    assert run.remark
    assert Message.objects.count() == 3
    assert Subscriber.objects.filter(failures=0).count() == 2


def check(server, number, log):
    """Each reader has each thing once; what is there more often is named in the log, under one Message-ID."""
    got = Counter()
    names = {}
    for line in server.taken:
        (address,) = line["to"]
        paths = re.findall(r"/proposals/(\d+)/", line["text"])
        assert len(paths) == len({*paths}) == THINGS
        got.update((address, path) for path in paths)
        names.setdefault(address, []).append(line["id"])
    assert len(names) == number
    assert {len({*ids}) for ids in names.values()} == {1}, "what came twice has two names"
    double = {ids[0] for ids in names.values() if len(ids) > 1}
    assert double <= {*Message.objects.filter(doubtful=True).values_list("name", flat=True)}
    assert all(f"{name} is sent again: it may be double" in log for name in double)
    assert len(got) == number * THINGS == Told.objects.count()
    assert not Message.objects.filter(sent=None).exists()
    assert "@example.org" not in log
    return double


@pytest.mark.parametrize(
    ("number", "kills"), [(40, 5), pytest.param(500, 20, marks=pytest.mark.soak)], ids=["few", "many"]
)
def test_a_server_that_is_killed_between_mails_costs_nobody_a_thing_and_doubles_are_named(
    aside, server, settings, caplog, number, kills
):
    readers(*(f"reader-{each}" for each in range(number)))
    settings.EMAIL_TIMEOUT = 5
    chance, ways = random.Random(kills), ["die-taken", "die-data", "die-afterwards", "die-rcpt", "kill"]
    caplog.set_level(logging.WARNING)
    for turn in range(kills):
        way = ways[turn % len(ways)]
        here = len(server.taken)
        server.start("" if way == "kill" else way, chance.randint(1, max(1, number // kills - 1)))
        run = aside(lambda: Sender().send())
        if way == "kill":
            while len(server.taken) < here + number // kills // 2 and not run.done():
                time.sleep(0.001)
        run.result(timeout=300) if way != "kill" else server.kill()
        run.result(timeout=300)
        assert server.process.wait(timeout=20) != 0, "it was not killed"
        make_due_again()
    assert len(server.taken) < number + kills
    server.start()
    aside(lambda: Sender().send()).result(timeout=300)
    double = check(server, number, caplog.text)
    assert double, "no server died after taking a mail: the test proves nothing"
    assert (
        sum(run.doubtful for run in Run.objects.all()) == Message.objects.filter(doubtful=True).count() >= len(double)
    )


def make_due_again():
    """Let the back-off of those who were under way go by."""
    Subscriber.objects.filter(failures__gt=0).update(due=timezone.now())


def test_a_sender_that_is_killed_leaves_a_mail_that_is_sent_again_and_named(server, db, caplog, monkeypatch):
    class Killed(BaseException):
        pass

    readers("reader")
    server.start()
    with monkeypatch.context() as patched:
        patched.setattr(Sender, "_done", lambda *_, **__: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            Sender().send()
    Subscriber.objects.update(claim=None, claimed_until=None)  # the claim has run out
    run = Sender().send()
    assert (run.mails, run.doubtful) == (1, 1)
    assert len({line["id"] for line in server.taken}) == 1
    assert len(server.taken) == 2
    check(server, 1, caplog.text)


@pytest.fixture
def two_hosts(prepared_site, tmp_path):
    """A database with the founding data and a function that runs a command on it, each time in a process of its own."""
    server = Server(tmp_path)
    mail = {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}", "FROM_EMAIL": "alerts@lianghui.example"}
    with database(prepared_site.database) as address:
        shutil.copytree(prepared_site.var, tmp_path / "var")
        yield server, Kept(tmp_path / "var", address, mail)
    server.kill()


MADE = """
from django.utils import timezone
from alerts.models import Subscriber, Subscription
for n in range(20):
    wish = {"language": "zh-hans", "frequency": "daily", "due": timezone.now()}
    s = Subscriber.objects.create(address=f"r{n}@example.org", **wish)
    Subscription.objects.create(subscriber=s, followed="proposals", query="", same="all")
"""


def test_two_senders_in_two_processes_send_nothing_twice(two_hosts):
    server, kept = two_hosts
    succeed(kept.manage("shell", "-v0", "--command", MADE))
    server.start()
    with ThreadPoolExecutor(2) as pool:
        done = [*pool.map(lambda _: kept.manage("send_alerts"), range(2))]
    for each in done:
        succeed(each)
        assert "example.org" not in each.stdout + each.stderr
    assert sum(int(each.stdout.split()[0]) for each in done) == 20
    assert len(server.taken) == len({line["to"][0] for line in server.taken}) == 20
    assert all("5" in line["subject"] and "/zh/proposals/" in line["text"] for line in server.taken)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"EMAIL_URL": "carrier-pigeon://x"}, "EMAIL_URL must be like"),
        ({"EMAIL_URL": "smtp://"}, "EMAIL_URL must be like"),
        ({"EMAIL_URL": "smtp://user:secret@mail:port"}, "EMAIL_URL must be like"),
        ({"FROM_EMAIL": "nobody"}, "FROM_EMAIL"),
        ({"FROM_EMAIL": ""}, "FROM_EMAIL"),
        ({"SITE_URL": "lianghui.example"}, "SITE_URL"),
        ({"EMAIL_TIMEOUT": "soon"}, "EMAIL_TIMEOUT must be a whole number"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES must be a whole number"),
    ],
)
def test_wrong_settings_stop_the_start_with_one_plain_line(tmp_path, wrong, said):
    right = {"EMAIL_URL": "smtp://127.0.0.1", "FROM_EMAIL": "alerts@lianghui.example"}
    done = Kept(tmp_path, "", right | wrong).manage("check")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("manage.py: ")
    assert said in done.stderr
    assert "secret" not in done.stderr
