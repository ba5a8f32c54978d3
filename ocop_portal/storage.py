"""Where files lie: private ones, and those that the portal's pages are drawn with."""

from functools import lru_cache

from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PrivateFileSystemStorage(FileSystemStorage):
    """A folder without a public address: its files leave only through a permission check."""

    def url(self, name):
        """Always an error: `base_url=None` would fall back to the public photos' address."""
        raise ValueError("a private file has no public address; serve it through its view")


class PackedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Static files under names with their digest, which are looked up once a process."""

    @lru_cache(maxsize=1000)  # noqa: B019  there is one such storage, for as long as the process
    def url(self, name, force=False):
        """The address of a file. A page names a dozen of them, an icon each time it is drawn."""
        return super().url(name, force)
