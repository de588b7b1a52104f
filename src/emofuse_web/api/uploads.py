"""Uploads under the interface's own address: the pages' views, which know tokens, too."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from emofuse_web.uploads import tus, views


@csrf_exempt
def upload(request: HttpRequest, upload: UUID) -> HttpResponse:
    """How a file stands (GET); pieces of it and its end as tus has them (HEAD, PATCH, DELETE)."""
    return views.state(request, upload=upload) if request.method == "GET" else tus.piece(request, upload=upload)
