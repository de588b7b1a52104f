"""Forms that bring no files, which is all but one of them."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class Nothing(FileUploadHandler):
    """Stops at the first byte of a file: else whoever signs in could fill the disk before anybody looked at who they are.

    The one form that brings a file has a handler of its own (`plain.Beside`).
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """No further."""
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """None comes so far."""

    def file_complete(self, file_size: int) -> None:
        """None comes so far."""
