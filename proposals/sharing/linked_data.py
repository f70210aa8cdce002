"""The record in schema.org's terms, for machines that read pages: only what is stated, nothing that an editor inferred.

Every function takes `base`, "https://host" without a slash, and gives a node of JSON-LD. A thing has one `@id` in both
languages: its English address with `#this`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from people.language import TAGS, in_language, in_other_language, reader_language
from people.models import Agency, Body, Delegate, Position, Region, Session
from proposals.models import Citation, PolicyDocument, Proposal, Recommendation, Reply, Source, Sponsorship, Topic
from proposals.shapes import LICENCE, Shape, of_everything
from proposals.sharing.trail import called, trail_of

Node = dict[str, Any]
PLACES = {Region.Kind.COUNTRY: "Country", Region.Kind.ZONE: "Place", Region.Kind.CLUSTER: "Place"}
"""schema.org's word for a region; every other kind is an `AdministrativeArea`."""
NO_OFFICES = {Agency.Kind.STATE: "Thing", Agency.Kind.UNNAMED: "Thing", Agency.Kind.INSTITUTION: "Organization"}
"""Addressees that are no government office; every other kind is a `GovernmentOrganization`."""
MESH = "https://id.nlm.nih.gov/mesh/"
WIKIDATA = "https://www.wikidata.org/wiki/"


def graph_of(subject: object, page: str, title: str, description: str, url: str, context: Mapping[str, Any]) -> Node:
    """Give all that the page at `url` says: the page, its trail, and its subject or what the site is.

    `page` is the name of its address (`home`, `topics`), `context` the template's.
    """
    base = "/".join(url.split("/")[:3])
    thing = _files(base, url, context) if page == "downloads" else _subject(subject, base, context)
    nodes = [thing] if thing else []
    if page == "home":
        nodes += [_site(base), _dataset(base)]
    rows = [] if subject else _rows(context)
    if rows:
        nodes.append(_list(rows, f"{url}#list", base, context))
    trail = trail_of(subject, page, base)
    about_page = node(
        "WebPage" if thing or page == "home" else "CollectionPage",
        **{"@id": f"{url}#page"},
        url=url,
        name=title,
        description=description,
        inLanguage=TAGS[reader_language()],
        license=LICENCE,
        isPartOf={"@id": f"{base}/#site"},
        mainEntity={"@id": thing["@id"]} if thing else {"@id": f"{url}#list"} if rows else None,
        breadcrumb={"@id": f"{url}#trail"} if len(trail) > 1 else None,
        datePublished=_published(subject),
        dateModified=_changed(subject),
    )
    steps = [
        {"@type": "ListItem", "position": place, "name": name, "item": address}
        for place, (name, address) in enumerate(trail, start=1)
    ]
    if len(trail) > 1:
        nodes.append(node("BreadcrumbList", **{"@id": f"{url}#trail"}, itemListElement=steps))
    return {"@context": "https://schema.org", "@graph": [about_page, *nodes]}


def node(kind: str, **properties: Any) -> Node:
    """Make a node of the properties that have a value."""
    return {"@type": kind} | {name: value for name, value in properties.items() if value not in (None, "", [], {})}


def _published(subject: object) -> str | None:
    return subject.published_at.isoformat() if isinstance(subject, Proposal) and subject.published_at else None


def _changed(subject: object) -> str | None:
    changed = getattr(subject, "changed_in_public", None)  # as the views of proposals and replies ask for it
    return changed.isoformat() if changed else None


def _rows(context: Mapping[str, Any]) -> list[Any]:
    """Give the rows that a list shows, of whatever kind; none where the page is no list."""
    rows = context.get("rows") or context.get("page") or context.get("roots") or ()
    return [row for row in rows if hasattr(row, "get_absolute_url")]


def _list(rows: Iterable[Any], key: str, base: str, context: Mapping[str, Any]) -> Node:
    """Describe the rows of a list that stand on this page, in their order, and how many there are on all."""
    results, page = context.get("results"), context.get("page")
    total = results.total if results else context.get("total")
    first = (results.query.page - 1) * results.query.page_size if results else page.start_index() - 1 if page else 0
    steps = [
        node("ListItem", position=place, url=f"{base}{_place_of(row)}", name=called(row))
        for place, row in enumerate(rows, start=first + 1)
    ]
    return node("ItemList", **{"@id": key}, numberOfItems=total, itemListElement=steps)


def _place_of(row: Any) -> str:
    """Give the address of a row's page; that of a recommendation is its place on its proposal's."""
    if isinstance(row, Recommendation):
        return f"{row.proposal.get_absolute_url()}#r{row.order}"
    path: str = row.get_absolute_url()
    return path


def _copies(shapes: Iterable[Shape], kind: str, base: str) -> list[Node]:
    """Describe the copies of something that can be downloaded."""
    return [
        node(kind, name=shape.title, contentUrl=f"{base}{shape.path}", encodingFormat=shape.type)
        for shape in shapes
        if shape.copy
    ]


def _subject(subject: object, base: str, context: Mapping[str, Any]) -> Node | None:
    if isinstance(subject, Proposal):
        thing = _proposal(subject, base, context.get("citations", ()))
    else:
        found = (make(subject, base) for kind, make in THINGS.items() if isinstance(subject, kind))
        thing = next(found, {})
    copies = _copies(context.get("other_shapes", ()), "MediaObject", base)
    if copies and isinstance(subject, Proposal | Recommendation | Reply):
        thing["encoding"] = copies
    elif copies and thing:  # the copies tell of it, and are not it
        thing["subjectOf"] = copies
    return thing or None


def _named(kind: str, thing: Any, base: str, *names: str, **properties: Any) -> Node:
    """Make a node of a thing with a page: its identifier, its address, its name; `names` are further ones."""
    path = thing.get_absolute_url()
    others = dict.fromkeys(filter(None, (in_other_language(thing, "name")[0], *names)))
    return node(
        kind,
        **{"@id": f"{base}{path.removeprefix('/zh')}#this"},
        url=f"{base}{path}",
        name=in_language(thing, "name")[0],
        alternateName=[name for name in others if name != thing.name],
        **properties,
    )


def _listed(names: str) -> list[str]:
    """Read names that are divided by semicolons."""
    return [name.strip() for name in names.split(";")]


def _proposal(proposal: Proposal, base: str, citations: Iterable[Citation]) -> Node:
    path = proposal.get_absolute_url()
    session = proposal.session
    sources = dict.fromkeys(citation.source for citation in citations)
    papers = gettext("Proposals at the %(name)s") % {"name": session.name}
    number = node("PropertyValue", propertyID=gettext("Number"), value=proposal.number)
    return node(
        "CreativeWork",
        **{"@id": f"{base}{path.removeprefix('/zh')}#this"},
        genre=proposal.get_kind_display(),  # `additionalType` would have to be an address
        url=f"{base}{path}",
        name=proposal.title,
        alternateName=in_other_language(proposal, "title")[0],
        abstract=in_language(proposal, "summary")[0],
        author=[_author(each, base) for each in proposal.sponsorships.all()],
        about=[_named("DefinedTerm", topic, base) for topic in proposal.topics.all()],
        spatialCoverage=[_place(region, base) for region in proposal.target_regions.all()],
        dateCreated=proposal.submitted,
        creativeWorkStatus=proposal.status_label,
        identifier=number if proposal.number else None,
        isPartOf=node("Collection", name=papers, about=_named("Event", session, base, startDate=session.date)),
        citation=[_source(source) for source in sources],
        image=f"{base}{path}card.png",
        sdLicense=LICENCE,
    )


def _author(sponsorship: Sponsorship, base: str) -> Node:
    if sponsorship.delegate is None:
        return node("Organization", name=in_language(sponsorship, "organisation")[0])
    stated = [position for position in sponsorship.positions if not position.inferred]
    return _named("Person", sponsorship.delegate, base, affiliation=[_employer(each) for each in stated])


def _employer(position: Position) -> Node:
    return node(
        "Organization",
        name=in_language(position, "employer")[0],
        alternateName=in_other_language(position, "employer")[0],
    )


def _source(source: Source) -> Node:
    return node(
        "CreativeWork",
        name=source.title,
        url=source.url,
        archivedAt=source.archive_url,
        datePublished=source.published,
        inLanguage="zh-Hans" if source.language == Source.Language.CHINESE else "en",
        publisher=node("Organization", name=source.outlet) if source.outlet else None,
    )


def _place(region: Region, base: str, **properties: Any) -> Node:
    kind = PLACES.get(Region.Kind(region.kind), "AdministrativeArea")
    return _named(kind, region, base, identifier=_codes(region), **properties)


def _codes(region: Region) -> list[Node]:
    codes = {"ISO 3166-1" if region.iso_code == "CN" else "ISO 3166-2": region.iso_code, "GB/T 2260": region.gb_code}
    return [node("PropertyValue", propertyID=name, value=code) for name, code in codes.items() if code]


def _region(region: Region, base: str) -> Node:
    names = [region.full_name_en, region.full_name_zh, *_listed(region.other_names)]
    parent: Any = region.parent  # which Django's types call a tree
    return _named(
        PLACES.get(Region.Kind(region.kind), "AdministrativeArea"),
        region,
        base,
        *names,
        description=in_language(region, "description")[0],
        identifier=_codes(region),
        containedInPlace=_place(parent, base) if parent else None,
    )


def _delegate(delegate: Delegate, base: str) -> Node:
    seats = [
        node(
            "OrganizationRole",
            memberOf=_body(seat.body),
            roleName=gettext("%(role)s, term %(term)s") % {"role": seat.get_role_display(), "term": seat.term},
            startDate=seat.began,
            endDate=seat.ended,
        )
        for seat in delegate.memberships.all()
    ]
    posts = [
        node(
            "OrganizationRole",
            worksFor=_employer(position),
            roleName=in_language(position, "post")[0],
            startDate=position.began,
            endDate=position.ended,
        )
        for position in delegate.positions.all()
        if not position.inferred
    ]
    spellings = (variant.spelling for variant in delegate.other_spellings)
    known = f"{WIKIDATA}{delegate.wikidata}" if delegate.wikidata else None
    return _named("Person", delegate, base, *spellings, memberOf=seats, worksFor=posts, sameAs=known)


def _body(body: Body) -> Node:
    """Describe a body; the CPPCC is no organ of the state."""
    kind = "GovernmentOrganization" if body.system == Body.System.NPC else "Organization"
    return node(kind, name=body.name, alternateName=in_other_language(body, "name")[0])


def _agency(agency: Agency, base: str) -> Node:
    names = [agency.short_name_en, agency.short_name_zh, *_listed(agency.other_names)]
    kind, region = NO_OFFICES.get(Agency.Kind(agency.kind)), agency.region
    parent: Any = agency.parent
    if kind == "Thing":
        return _named(kind, agency, base, *names)
    return _named(
        kind or "GovernmentOrganization",
        agency,
        base,
        *names,
        parentOrganization=node("Organization", name=parent.name) if parent else None,
        areaServed=_place(region, base) if region else None,
    )


def _topic(topic: Topic, base: str) -> Node:
    synonyms = (synonym.text for synonym in topic.synonyms.all())
    topics = f"{base}{reverse('topics')}"
    return _named(
        "DefinedTerm",
        topic,
        base,
        *synonyms,
        description=in_language(topic, "scope")[0],
        termCode=topic.slug,
        inDefinedTermSet=node("DefinedTermSet", name=gettext("Topics"), url=topics),
        sameAs=f"{MESH}{topic.mesh_id}" if topic.mesh_id else None,
    )


def _session(session: Session, base: str) -> Node:
    return _named("Event", session, base, startDate=session.date, endDate=session.closed, organizer=_body(session.body))


def _reply(reply: Reply, base: str) -> Node:
    return _letter(reply, base, reply.agency, about=[each.proposal for each in reply.shown_answers])  # type: ignore[attr-defined]


def _policy(policy: PolicyDocument, base: str) -> Node:
    return _letter(policy, base, policy.issuer)


def _letter(letter: Reply | PolicyDocument, base: str, agency: Agency, about: Iterable[Proposal] = ()) -> Node:
    """Describe what an agency wrote."""
    path = letter.get_absolute_url()
    number = node("PropertyValue", propertyID=gettext("Document number"), value=letter.number_in_one_form)
    return node(
        "DigitalDocument",
        **{"@id": f"{base}{path.removeprefix('/zh')}#this"},
        url=f"{base}{path}",
        name=letter.title,
        alternateName=in_other_language(letter, "title")[0],
        author=node(NO_OFFICES.get(Agency.Kind(agency.kind), "GovernmentOrganization"), name=agency.name),
        datePublished=letter.date,
        identifier=number if letter.number else None,
        about=[node("CreativeWork", url=f"{base}{each.get_absolute_url()}", name=each.title) for each in about],
        citation=_source(letter.source),
    )


def _recommendation(recommendation: Recommendation, base: str) -> Node:
    """Describe one action that a proposal asks for, as a part of that."""
    proposal, path = recommendation.proposal, recommendation.get_absolute_url().removeprefix("/zh")
    whole = proposal.get_absolute_url()
    return node(
        "CreativeWork",
        **{"@id": f"{base}{path}#this"},
        url=f"{base}{whole}#r{recommendation.order}",
        name=called(recommendation),
        alternateName=in_other_language(recommendation, "text")[0],
        position=recommendation.order,
        isPartOf=node(
            "CreativeWork",
            **{"@id": f"{base}{whole.removeprefix('/zh')}#this"},
            url=f"{base}{whole}",
            name=proposal.title,
        ),
        sdLicense=LICENCE,
    )


THINGS: dict[type, Callable[[Any, str], Node]] = {
    Recommendation: _recommendation,
    Reply: _reply,
    PolicyDocument: _policy,
    Delegate: _delegate,
    Topic: _topic,
    Region: _region,
    Agency: _agency,
    Session: _session,
}


def _site(base: str) -> Node:
    target = node("EntryPoint", urlTemplate=f"{base}{reverse('proposals')}?q={{words}}")
    return node(
        "WebSite",
        **{"@id": f"{base}/#site"},
        url=f"{base}{reverse('home')}",
        name="Lianghui",
        alternateName="两会",
        inLanguage=[*TAGS.values()],
        potentialAction=node("SearchAction", target=target, **{"query-input": "required name=words"}),
    )


def _dataset(base: str) -> Node:
    return node(
        "Dataset",
        **{"@id": f"{base}/#dataset"},
        url=f"{base}{reverse('home')}",
        name=gettext("Proposals at China's Two Sessions"),
        description=gettext(
            "Proposals that delegates put forward at the NPC and the CPPCC, national and provincial, on cell and gene"
            " therapy and stem cells: who asked for what, of whom, on which topic, for which region, and on what"
            " evidence."
        ),
        license=LICENCE,
        creator=node("Organization", name="Lianghui", url=f"{base}/"),
        isAccessibleForFree=True,
        inLanguage=[*TAGS.values()],
        spatialCoverage=node("Country", name=gettext("China")),
        distribution=_copies(of_everything(), "DataDownload", base),
    )


def _files(base: str, url: str, context: Mapping[str, Any]) -> Node:
    """Describe the whole record at `url`, with its files where they are on offer."""
    offer, files = context["offer"], context["files"]
    found = [
        node(
            "DataDownload",
            name=file.name,
            contentUrl=f"{base}{reverse('download', args=[file.name])}",
            encodingFormat=file.media_type,
            contentSize=f"{file.bytes} B",
            sha256=file.sha256,
        )
        for file in files
    ]
    told = {"distribution": found, "dateModified": offer.date.isoformat()} if found else {}
    return _dataset(base) | {"url": url} | told
