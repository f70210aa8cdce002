"""nginx and Caddy as `deploy/` has them, in front of servers on ports of this machine."""

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.site import ROOT, free_port

SBIN = f"{os.environ['PATH']}:/usr/sbin"
MAIN = """daemon off; pid {0}/nginx.pid; worker_processes 1; {user}
error_log {0}/main.log crit;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;
    uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;
    include {0}/lianghui.conf;
}}
"""


def program(name: str) -> str:
    """Give the path of a program that tests/machines/proxies.sh installs."""
    return shutil.which(name, path=SBIN) or pytest.skip(f"this machine has no {name}: sudo apt-get install {name}")


def put_in(text: str, values: dict[str, str]) -> str:
    """Put values of this machine into a file of `deploy/`, each at a place that must be there."""
    for name, value in values.items():
        assert name in text, f"{name!r} does not stand in the file."
        text = text.replace(name, value)
    return text


def certificate(directory: Path) -> ssl.SSLContext:
    """Write `key.pem` and `certificate.pem` for 127.0.0.1; give what a client trusts them by."""
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout key.pem"
    command += " -out certificate.pem -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(command.split(), cwd=directory, check=True, capture_output=True)
    return ssl.create_default_context(cafile=str(directory / "certificate.pem"))


class Proxy:
    """One that runs, with what a client trusts it by."""

    def __init__(self, directory: Path, port: int, trusted: ssl.SSLContext) -> None:
        self.directory, self.port, self.trusted = directory, port, trusted

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"


@contextmanager
def nginx(directory: Path, ports: list[int]) -> Iterator[Proxy]:
    """Run nginx before two servers; its files, logs among them, stand in `directory`."""
    command, port, plain = program("nginx"), free_port(), free_port()
    directory.mkdir()
    trusted = certificate(directory)
    values = {
        "10.0.0.11:8000": f"127.0.0.1:{ports[0]}",
        "10.0.0.12:8000": f"127.0.0.1:{ports[1]}",
        "    listen [::]:443 ssl http2;\n": "",  # the tests' machine may have no IPv6
        "    listen [::]:80;\n": "",
        "listen 443": f"listen 127.0.0.1:{port}",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "lianghui.example.org;": "127.0.0.1;",
        "/etc/letsencrypt/live/lianghui.example.org/fullchain.pem": f"{directory}/certificate.pem",
        "/etc/letsencrypt/live/lianghui.example.org/privkey.pem": f"{directory}/key.pem",
        "/var/log/nginx": str(directory),
        "/var/www/html": str(directory),
    }
    (directory / "lianghui.conf").write_text(put_in((ROOT / "deploy" / "nginx.conf").read_text(), values))
    user = "user root;" if os.geteuid() == 0 else ""
    (directory / "nginx.conf").write_text(MAIN.format(directory, user=user))
    with serving([command, "-e", "stderr", "-c", f"{directory}/nginx.conf"], port, directory):
        yield Proxy(directory, port, trusted)


@contextmanager
def serving(command: list[str], port: int, directory: Path, **more: str) -> Iterator[None]:
    """Run a command until it is no longer needed, from when it listens at `port`."""
    with (directory / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=directory, env=os.environ | more, stdout=output, stderr=output)
    try:
        listening(port, process, directory / "output")
        yield
    finally:
        process.terminate()
        process.wait(30)


def listening(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"Nothing listens at {port}:\n{output.read_text()}")


@contextmanager
def caddy(directory: Path, server: int, patience: int = 30) -> Iterator[Proxy]:
    """Run Caddy before one server, with a certificate of its own making; its files stand in `directory`.

    It has who comes wait for the server for `patience` seconds.
    """
    command, port = program("caddy"), free_port()
    trusted = certificate(directory)
    certified = f"tls {directory}/certificate.pem {directory}/key.pem"
    values = {
        "\nlianghui.example.org {": f"\nhttps://127.0.0.1:{port} {{\n\t{certified}",
        "127.0.0.1:8000": f"127.0.0.1:{server}",
        "\n{\n": "\n{\n\tadmin off\n\tauto_https disable_redirects\n",  # neither port 80 nor its own is ours here
        "lb_try_duration 30s": f"lb_try_duration {patience}s",
    }
    (directory / "Caddyfile").write_text(put_in((ROOT / "deploy" / "Caddyfile").read_text(), values))
    home = {"HOME": str(directory), "XDG_DATA_HOME": str(directory), "XDG_CONFIG_HOME": str(directory)}
    with serving([command, "run", "--config", f"{directory}/Caddyfile"], port, directory, **home):
        yield Proxy(directory, port, trusted)
