"""The two languages of the pages, for the switch at the head of each."""

from urllib.parse import quote

from django.http import HttpRequest

from people.language import CHINESE, ENGLISH, TAGS, reader_language


def languages(request: HttpRequest) -> dict[str, object]:
    """Give this page's address in each language, the parameters kept, and the tag of the one it is in.

    That is the address's own; the admin has one address for both languages, and the analyst's choice decides.
    """
    chinese, admin = request.path.startswith("/zh/"), request.path.startswith("/admin/")
    path = request.path.removeprefix("/zh") if chinese else request.path
    path = "/" + path.lstrip("/")  # two slashes would begin the name of another host
    parameters = quote(request.META.get("QUERY_STRING", "").encode("latin-1", "replace"), safe="%/?:@!$&'()*+,;=-._~")
    end = f"?{parameters}" if parameters else ""
    return {
        "page_language": TAGS[reader_language() if admin else CHINESE if chinese else ENGLISH],
        "english_url": f"{path}{end}",
        "chinese_url": f"/zh{path}{end}",
    }
