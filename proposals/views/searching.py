"""How browsers search here by themselves: an OpenSearch description, in each language."""

from io import StringIO
from xml.sax.xmlreader import AttributesImpl

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from people.language import TAGS, reader_language
from proposals.markup import Writer
from proposals.shapes import ATOM

NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
TYPE = "application/opensearchdescription+xml"


def opensearch(request: HttpRequest) -> HttpResponse:
    """Describe the search: its name, its page and its feed of results."""
    base, out = f"{request.scheme}://{request.get_host()}", StringIO()
    write = Writer(out, "utf-8", short_empty_elements=True)
    write.startDocument()
    write.startElement("OpenSearchDescription", AttributesImpl({"xmlns": NAMESPACE}))
    write.element("ShortName", "Lianghui 两会")  # 16 characters at most
    write.element("Description", gettext("Proposals at China's Two Sessions"))
    for kind, name in (("text/html", "proposals"), (ATOM, "proposals_feed")):
        write.element("Url", type=kind, method="get", template=f"{base}{reverse(name)}?q={{searchTerms}}")
    write.element("Url", type=TYPE, rel="self", template=f"{base}{request.path}")
    write.element("Image", f"{base}/favicon.ico", height="32", width="32", type="image/x-icon")
    write.element("Language", TAGS[reader_language()])
    write.element("InputEncoding", "UTF-8")
    write.element("OutputEncoding", "UTF-8")
    write.endElement("OpenSearchDescription")
    write.endDocument()
    return HttpResponse(out.getvalue(), content_type=f"{TYPE}; charset=utf-8")
