"""One frozen Settings, read once, from the register's `mintmark.toml` and the environment.

| setting     | environment          | default         |
|-------------|----------------------|-----------------|
| `place`     | `MINTMARK_REGISTER`, else `DATABASE_URL` | the folder `register` |
| `time_zone` | `MINTMARK_TIME_ZONE` | `Asia/Shanghai` |
| `country`   | `MINTMARK_COUNTRY`   | `CN`            |
| `actor`     | `MINTMARK_ACTOR`     | the name of the login |
| `queue`     | `MINTMARK_QUEUE`     | `10000` requests that may wait to be served |
| `patience`  | `MINTMARK_PATIENCE`  | `30` seconds that a request waits for its turn |
| `key_file`  | `MINTMARK_KEY_FILE`  | ``keys.json`` in the register's folder |
| `key_service` | `MINTMARK_KEY_SERVICE` | none; see `mintmark.vault.transit` |
| `erasure_list` | `MINTMARK_ERASURE_LIST` | ``erasures.jsonl`` beside the key file |
| `own_approval` | `MINTMARK_OWN_APPROVAL` | `no`; `yes`: who planned an import may approve of it |
| `suite`     | `MINTMARK_SUITE`     | `aes-256-gcm`; `sm4-gcm` for 国密 |

The environment wins over the file. The keys of a register on a server are in one's own data folder
by default (``~/.local/share/mintmark/keys``), and so is the erasure list where the keys are in the
register's folder: it has to outlive the restore of that.
"""

import getpass
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mintmark.errors import WrongSetting

FILE = "mintmark.toml"
KEYS = "keys.json"
ERASURES = "erasures.jsonl"
SUITES = ("aes-256-gcm", "sm4-gcm")
DEFAULT_PLACE = "register"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the register is and how it reads dates and phone numbers."""

    place: str
    time_zone: ZoneInfo
    country: str
    actor: str
    queue: int = 10_000
    patience: float = 30.0
    key_file: str = ""
    key_service: str = ""
    erasure_list: str = ""
    suite: str = SUITES[0]
    own_approval: bool = False

    @property
    def folder(self) -> Path | None:
        """The register's folder, None if `place` is the URL of a PostgreSQL server."""
        return None if is_url(self.place) else Path(self.place)

    def keys(self, register: str) -> Path:
        """Give the file with the keys of the register with this id."""
        if self.key_file:
            return Path(self.key_file)
        return (self.folder / KEYS) if self.folder else _own_folder() / "keys" / f"{register}.json"

    def erasures(self, register: str) -> Path:
        """Give the file with the erasure list of the register with this id.

        Whoever restores an older backup puts back the register's folder as a whole: so it is never
        in there by default.
        """
        if self.erasure_list:
            return Path(self.erasure_list)
        keys = Path(self.key_file).absolute() if self.key_file else None
        if keys is None or (self.folder and keys.is_relative_to(self.folder.absolute())):
            return _own_folder() / "keys" / f"{register}.{ERASURES}"
        return keys.with_name(ERASURES)


def is_url(place: str) -> bool:
    """Tell whether the place is a PostgreSQL server rather than a folder."""
    return place.startswith(("postgresql://", "postgres://"))


def shown(place: str) -> str:
    """Give a place without the password that its URL may carry.

    >>> shown("postgresql://anna:secret@db.example/mintmark")
    'postgresql://anna@db.example/mintmark'
    """
    if not is_url(place):
        return place
    place = re.sub(r"://([^:@/?]*):[^@/]*@", r"://\1@", place)
    return re.sub(r"([?&]password=)[^&]*", r"\1***", place)


def read(place: str | os.PathLike[str] | None = None) -> Settings:
    """Read the settings of a register; the place given here wins over the environment.

    Raises WrongSetting for a time zone or country that does not exist.
    """
    environ = os.environ
    chosen = os.fspath(place) if place is not None else None
    chosen = chosen or environ.get("MINTMARK_REGISTER") or environ.get("DATABASE_URL")
    chosen = chosen or DEFAULT_PLACE
    written = {} if is_url(chosen) else _written(Path(chosen) / FILE)
    return Settings(
        place=chosen,
        time_zone=_zone(_one("time_zone", written, environ, "Asia/Shanghai")),
        country=_country(_one("country", written, environ, "CN")),
        actor=environ.get("MINTMARK_ACTOR") or _login(),
        queue=int(_number("queue", _one("queue", written, environ, "10000"), least=1)),
        patience=_number("patience", _one("patience", written, environ, "30"), least=0),
        key_file=_one("key_file", written, environ, ""),
        key_service=_one("key_service", written, environ, ""),
        erasure_list=_one("erasure_list", written, environ, ""),
        suite=_suite(_one("suite", written, environ, SUITES[0])),
        own_approval=_yes("own_approval", _one("own_approval", written, environ, "no")),
    )


def write(folder: Path) -> None:
    """Write a settings file with the defaults, unless there is one."""
    file = folder / FILE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(_TEMPLATE, encoding="utf-8")


_TEMPLATE = """\
# 登记库设置 / Settings of this register. 环境变量优先 / The environment wins:
# MINTMARK_TIME_ZONE, MINTMARK_COUNTRY, MINTMARK_QUEUE, MINTMARK_PATIENCE, MINTMARK_KEY_FILE,
# MINTMARK_KEY_SERVICE, MINTMARK_ERASURE_LIST, MINTMARK_OWN_APPROVAL, MINTMARK_SUITE.
# MINTMARK_KEYS 可直接存放密钥环 / may hold the key ring itself.

# 「今天」和所显示的时间按哪个时区 / The time zone in which it is "today" and times are shown.
time_zone = "Asia/Shanghai"

# 不带国家代码的电话号码属于哪个国家 / The country of phone numbers without a country code.
country = "CN"

# 最多有多少个请求排队 / How many requests may wait to be served.
queue = 10000

# 一个请求最多等多少秒 / How many seconds a request waits for its turn.
patience = 30

# 密钥文件，默认为本文件夹中的 keys.json / The key file, keys.json in this folder by default.
# key_file = "/media/keys/mintmark.json"

# 粉碎清单，恢复旧备份后据此重新粉碎；勿与备份放在一起 / The erasure list, by which an older backup
# that is restored is shredded again: not where it would be restored as well.
# erasure_list = "/media/keys/erasures.jsonl"

# 密钥服务，用于封装密钥文件中的密钥 / A key service that wraps what is in the key file.
# key_service = "vault://transit/mintmark"

# 导入计划可否由制定者本人批准 / Whether who planned an import may approve of it.
# own_approval = "no"

# 加密算法，建库时选定；国密用 sm4-gcm / The ciphers, chosen when the register is made.
suite = "aes-256-gcm"
"""


def _one(name: str, written: Mapping[str, str], environ: Mapping[str, str], default: str) -> str:
    return environ.get(f"MINTMARK_{name.upper()}") or str(written.get(name, default))


def _written(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise WrongSetting(setting=str(file), value=str(error)) from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongSetting(setting="time_zone", value=name) from None


def _country(code: str) -> str:
    if not re.fullmatch("[A-Z]{2}", code):
        raise WrongSetting(setting="country", value=code)
    return code


def _suite(name: str) -> str:
    if name not in SUITES:
        raise WrongSetting(setting="suite", value=name)
    return name


def _own_folder() -> Path:
    """Give where programs of the login keep data (XDG Base Directory Specification)."""
    given = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(given) if given else Path.home() / ".local" / "share") / "mintmark"


def _yes(name: str, text: str) -> bool:
    if text in {"yes", "no"}:
        return text == "yes"
    raise WrongSetting(setting=name, value=text)


def _number(name: str, text: str, *, least: float) -> float:
    try:
        if (number := float(text)) >= least:
            return number
    except ValueError:
        pass
    raise WrongSetting(setting=name, value=text)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number without a name
        return "unknown"
