"""Where private files lie."""

from django.core.files.storage import FileSystemStorage


class PrivateFileSystemStorage(FileSystemStorage):
    """A folder without a public address: its files leave only through a permission check."""

    def url(self, name):
        """Always an error: `base_url=None` would fall back to the public photos' address."""
        raise ValueError("a private file has no public address; serve it through its view")
