"""What every page is told."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """The site's name, and whether results may be shared."""
    return {"site_name": settings.SITE_NAME, "sharing": settings.SHARING}
