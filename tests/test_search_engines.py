"""What search engines find and keep: each page under one address, and no endless combinations."""

import re

import pytest

pytestmark = pytest.mark.django_db


def head(client, address):
    page = client.get(address).text.partition("</head>")[0]
    [canonical] = re.findall(r'<link rel="canonical" href="([^"]+)">', page)
    return canonical.replace("&amp;", "&"), "noindex" in page


@pytest.mark.parametrize(
    ("address", "canonical", "kept"),
    [
        ("/", "/", True),
        ("/?from=elsewhere", "/", True),
        ("/proposals/", "/proposals/", True),
        ("/proposals/?unknown=1", "/proposals/", True),
        ("/proposals/?topic=stem-cells", "/proposals/?topic=stem-cells", True),
        ("/zh/proposals/?topic=stem-cells", "/zh/proposals/?topic=stem-cells", True),
        ("/proposals/?topic=stem-cells&topic=cgt", "/proposals/?topic=cgt&topic=stem-cells", False),
        ("/proposals/?region=CN-GD&topic=cgt", "/proposals/?topic=cgt&region=CN-GD", False),
        ("/proposals/?q=cells", "/proposals/?q=cells", False),
        ("/proposals/?sort=oldest", "/proposals/?sort=oldest", False),
        ("/recommendations/?page=2", "/recommendations/?page=2", True),
        ("/delegates/ding-lieming/", "/delegates/ding-lieming/", True),
    ],
)
def test_a_page_is_known_by_one_address_and_combinations_are_not_kept(founding, client, address, canonical, kept):
    assert head(client, address) == (f"http://testserver{canonical}", not kept)


def test_links_that_narrow_down_or_sort_are_not_followed(founding, client):
    page = client.get("/proposals/?topic=stem-cells&q=cells").text.partition("<main")[2]
    links = re.findall(r'<a (?:class="[^"]*" )?href="(\?[^"]+)"([^>]*)>', page)
    assert len(links) > 20
    assert [link for link, more in links if 'rel="nofollow"' not in more and link != "?"] == []


def test_robots_are_told_where_not_to_go(client):
    told = client.get("/robots.txt")
    assert told["Content-Type"] == "text/plain; charset=utf-8"
    assert "Disallow: /admin/" in told.text
