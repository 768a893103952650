"""Journey 4: what is taken in of a request with photos: no more files, and no more of them, than the form says."""

from typing import Any

from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from cases import photos


class Quota(FileUploadHandler):
    """The first of a request's upload handlers: what is too much reaches neither memory nor disk. `refusal`: why."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.files, self.size, self.refusal = 0, 0, ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Another file begins."""
        super().new_file(*args, **kwargs)
        self.files += 1
        if self.files > photos.MOST_AT_ONCE:
            self.refusal = photos.too_many_at_once()
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002  # Django names it so
        """More of it has come."""
        self.size += len(raw_data)
        if self.size > photos.LARGEST_TOGETHER_MB * 1024 * 1024:
            self.refusal = self.refusal or photos.too_large_together()
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers behind this one keep the file."""

    def take(self, request: HttpRequest) -> str:
        """Read the files of the request; why they are refused, or ''. Nobody may have read its form before."""
        request.upload_handlers.insert(0, self)
        try:
            len(request.FILES)
        except TooManyFilesSent:
            return photos.too_many_at_once()
        return self.refusal
