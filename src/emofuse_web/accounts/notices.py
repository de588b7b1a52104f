"""What people who are recorded are told. The text has a version, since what was agreed to must stay what was read.

What Article 50(3) of Regulation (EU) 2024/1689 asks for: that those exposed to emotion recognition are told so, clearly, at the latest
when it begins; what Articles 13 and 14 of Regulation (EU) 2016/679 add: who, why, how long, and which rights. A form to fill in, no
legal advice.
"""

import base64
import io
from urllib.parse import urlsplit

import qrcode  # type: ignore[import-untyped]
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from emofuse_web.accounts.models import Notice, User

NOTICE = "1"  # the version that new notices and new analyses have
VERSIONS = ("1",)
LANGUAGES = ("en", "ru")
NEAR = ("localhost", "127.0.0.1", "::1")  # addresses that a telephone cannot open


def notice_make(*, owner: User, language: str, said: dict[str, object]) -> Notice:
    """A notice that can be printed, and read by anybody at its address."""
    return Notice.objects.create(owner=owner, version=NOTICE, language=language, said=said)


def notice_text(notice: Notice) -> SafeString:
    """Its text as HTML."""
    return render_to_string(f"accounts/notices/{notice.version}_{notice.language}.html", {"said": notice.said, "notice": notice})


def notice_code(notice: Notice, address: str) -> str:
    """A code to scan, as the source of an ``img``: its address; where that is on this machine alone, who asks and how to reach them."""
    near = urlsplit(address).hostname in NEAR
    code = qrcode.QRCode(border=2, box_size=6, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(f"{notice.said['who']} · {notice.said['contact']}" if near else address)
    image = io.BytesIO()
    code.make_image().save(image)
    return "data:image/png;base64," + base64.b64encode(image.getvalue()).decode()
