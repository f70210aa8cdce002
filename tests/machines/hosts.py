"""Two web hosts, each with a `var/` and an index of its own, nginx before them, a primary and a replica behind them."""

import shutil
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

from tests.machines.databases import Pair, databases
from tests.machines.proxies import Proxy, nginx
from tests.site import MAIL, Kept, Site, succeed
from tests.test_processes import form_fields


class Hosts(Site):
    """Servers that share nothing but the database."""

    def __init__(self, kept: Kept, servers: int, directory: Path) -> None:
        super().__init__(kept, servers, own_catalogues=False)
        for index in range(servers):
            var = directory / f"host-{index}"
            shutil.copytree(kept.var, var)
            self.more[index] = {"LIANGHUI_VAR": str(var)}
        self.var = directory

    def manage_on(self, index: int, *args: str) -> None:
        """Run a management command on one host."""
        one = Kept(Path(self.more[index]["LIANGHUI_VAR"]), self.database, self.settings)
        succeed(one.manage(*args))


class Analyst:
    """Somebody at the admin, through the proxy."""

    def __init__(self, proxy: Proxy, name: str, password: str) -> None:
        self.url = proxy.url
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=proxy.trusted), cookies)
        self.send("/admin/login/?next=/admin/", username=name, password=password)

    def read(self, path: str) -> str:
        with self.opener.open(f"{self.url}{path}", timeout=60) as response:
            page: str = response.read().decode()
            return page

    def send(self, path: str, **changes: str) -> None:
        """Send the form on a page back with some fields changed; what comes must not be the form again."""
        fields = form_fields(self.read(path)) | changes
        sent = urllib.request.Request(f"{self.url}{path}", urllib.parse.urlencode(fields, doseq=True).encode())
        sent.add_header("Referer", f"{self.url}{path}")
        with self.opener.open(sent, timeout=60) as response:
            assert response.url != f"{self.url}{path}", response.read().decode()


@dataclass
class Machines:
    """All of them."""

    databases: Pair
    hosts: Hosts
    proxy: Proxy

    def analyst(self) -> Analyst:
        return Analyst(self.proxy, *self.hosts.analyst())


@contextmanager
def machines(origin: Kept, directory: Path) -> Iterator[Machines]:
    """Start all of it with what `origin` has in its database on the tests' PostgreSQL."""
    with databases() as pair:
        pair.fill(origin.database)
        pair.replicate()
        settings = MAIL | {"TRUSTED_PROXIES": "1", "DATABASE_REPLICA_URL": pair.replica_url}
        hosts = Hosts(Kept(origin.var, pair.url, settings), 2, directory)
        try:
            hosts.start()
            with nginx(directory / "nginx", hosts.ports) as proxy:
                yield Machines(pair, hosts, proxy)
        finally:
            hosts.stop()
