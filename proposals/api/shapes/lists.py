"""Lists: the rows of one page with the total and the way on, and facets as data."""

from django.utils.translation import gettext_lazy as _

from proposals.api.shapes.pieces import Shape, flag, integer, string

COUNT = _("How many rows the list has in all.")
NEXT = _("The address that goes on; null at the end.")
PREVIOUS = _("The address of the page before; null on the first, and where `next` goes by a cursor.")


class ValueShape(Shape):
    """One value of a facet."""

    value = string(_("As the parameter takes it."))
    label = string(_("Its name, in the language asked for."))
    count = integer(_("How many have it, with what is chosen in the other filters."))
    selected = flag(_("Whether it is chosen."))
    depth = integer(_("How far down the tree it lies; 0 at the top."))


class FacetShape(Shape):
    """One filter with its values, each counted as if nothing were chosen in it."""

    name = string(_("The name of the parameter."))
    label = string(_("Its name, in the language asked for."))
    number = integer(
        _("How many values there are, of which at most a hundred are listed; null for thousands."), allow_null=True
    )
    values = ValueShape(many=True, help_text=_("The values, in the order of the pages."))


def page_of(shape: type[Shape], *, facets: bool = False) -> type[Shape]:
    """Make the shape of one page of a list."""
    fields: dict[str, object] = {
        "__doc__": "One page of a list.",
        "__module__": __name__,
        "count": integer(COUNT),
        "next": string(NEXT, allow_null=True),
        "previous": string(PREVIOUS, allow_null=True),
        "results": shape(many=True, help_text=_("The rows, in order.")),
    }
    if facets:
        told = _("The filters asked for by `facets`; left out where none is.")
        fields["facets"] = FacetShape(many=True, required=False, help_text=told)
    return type(f"{shape.__name__}Page", (Shape,), fields)
