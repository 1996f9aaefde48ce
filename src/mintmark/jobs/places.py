"""Where the files and databases of a job are: the worker stands in another folder."""

from pathlib import Path

from mintmark.errors import FileMissing, PasswordInJob
from mintmark.intake.reading import called
from mintmark.intake.reading.databases import has_secret, is_url

_SQLITE = "sqlite:///"


def there(place: Path | str) -> str:
    """Give a file that is there, or a database, as the worker finds it.

    Raises FileMissing, PasswordInJob, or what is wrong with the URL.
    """
    if not (isinstance(place, str) and is_url(place)):
        if not Path(place).exists():
            raise FileMissing(file=str(place))
        return anywhere(place)
    if has_secret(place):
        raise PasswordInJob(source=called(place))
    if place.startswith(_SQLITE):
        return _SQLITE + anywhere(place.removeprefix(_SQLITE))
    return place


def anywhere(path: Path | str) -> str:
    """Give a path that means the same in every folder."""
    return str(Path(path).absolute())
