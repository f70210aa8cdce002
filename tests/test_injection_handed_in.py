"""Whatever is handed in, in sheets and articles: no page of the admin takes it for markup."""

import pytest
from lxml import html

from proposals.sheets.kinds import KINDS
from tests.handed_in import addresses, hand_in
from tests.payloads import PAYLOADS, harmless
from tests.test_injection import foreign

pytestmark = pytest.mark.django_db


def kinds_of(page):
    """The kinds of elements in a page: names with those of attributes, but `aria-…`, which tell of errors."""
    elements = [each for each in page.iter() if isinstance(each.tag, str)]
    return {(each.tag, *sorted(name for name in each.attrib if not name.startswith("aria-"))) for each in elements}


def shown(client, payloads, change=str, **some):
    """Every page on the way and after it."""
    answers = hand_in(client, payloads, change, **some)
    answers |= {address: client.get(address) for address in addresses()}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 200} == {}
    return {name: answer.text for name, answer in answers.items()}


def pages_that_take_nothing_for_markup(client, payloads, **some):
    """Hand in first harmless words, then payloads: no other kinds of elements, and no link elsewhere."""
    before = shown(client, payloads, harmless, **some)
    known = {kind for page in before.values() for kind in kinds_of(html.fromstring(page))}
    after = shown(client, payloads, **some)
    trees = {name: html.fromstring(page) for name, page in after.items()}
    assert {name: kinds for name, tree in trees.items() if (kinds := kinds_of(tree) - known)} == {}
    assert [said for tree in trees.values() for said in foreign(tree)] == []
    print(f"\n{len(payloads)} payloads handed in, {len(after)} pages")
    return after


def test_some_that_is_handed_in_is_no_markup(founding, admin_client):
    after = pages_that_take_nothing_for_markup(admin_client, PAYLOADS[::16], kinds=["proposals"], forms=["document"])
    assert "11 new" in after["proposals, right, imported"]
    assert "entered:" in after["article as document, accepted"]


@pytest.mark.soak
def test_nothing_that_is_handed_in_is_markup(founding, admin_client):
    after = pages_that_take_nothing_for_markup(admin_client, PAYLOADS)
    print(f"{sum('Imported: ' in page for page in after.values())} of {len(KINDS)} sheets imported")
