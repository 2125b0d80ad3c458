"""Which of the account's images get their snapshots named."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from .images import Image


@dataclass(frozen=True)
class ImageSelection:
    """An image is chosen if it meets all conditions. A condition that is left out does not exclude any image.

    In a glob, `*` stands for any text, `?` for one character, and `[ab]` for one of these characters. Case matters.
    """

    names: Sequence[str] = ("*",)
    """Globs. The image's name must match one of them."""

    tags: Mapping[str, str] | None = None
    """Tags that the image must have, value for value."""

    minimum_age: timedelta = timedelta()

    exclude: Sequence[str] = ()
    """Globs. Neither the image's name nor its id may match one of them."""

    image_ids: Collection[str] | None = None
    """Ids of the only images that are chosen. None: any image."""

    def takes(self, image: Image, now: datetime) -> bool:
        """Whether the image's snapshots are to be named.

        >>> from datetime import UTC
        >>> image = Image("ami-1", "web-1", datetime(2018, 3, 7, tzinfo=UTC))
        >>> [ImageSelection(names).takes(image, datetime(2018, 3, 8, tzinfo=UTC)) for names in (["web-*"], ["db-*"])]
        [True, False]
        """
        return (
            (self.image_ids is None or image.image_id in self.image_ids)
            and any(fnmatchcase(image.name, glob) for glob in self.names)
            and all(image.tags.get(key) == value for key, value in (self.tags or {}).items())
            and now - image.created >= self.minimum_age
            and not any(fnmatchcase(text, glob) for text in (image.name, image.image_id) for glob in self.exclude)
        )
