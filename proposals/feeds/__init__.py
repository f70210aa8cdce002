"""Feeds (Atom, RFC 4287, paged by RFC 5005) of each list, filtered: the same rows in the same order as the page."""
