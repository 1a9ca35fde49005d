"""Where the master key comes from: the environment, a file, or a file made at the first start.

While a file's key is exchanged, the new one waits beside it in FILE.next until the store has it.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path

from models.files import write_atomically
from pipelines.records.facts import read_facts, read_open_facts
from pipelines.records.vault import KEY_BYTES, Vault
from pipelines.settings import Settings
from vision.errors import ConfigurationError, WrongMasterKey


def find_master_key(settings: Settings) -> bytes:
    """The key that opens the store of the settings; made, for a new store, where there is none.

    An exchange that was cut off after the store had the new key is finished: FILE.next becomes the file.

    Raises:
        ConfigurationError, WrongMasterKey: as `load_master_key`; or the key does not open the store.
    """
    url, waiting = settings.sqlalchemy_url, next_key_file(key_file(settings))
    facts = read_facts(url)
    key = load_master_key(settings, may_create=not facts)
    if not facts:
        return key
    # What another process, or one that was killed, put into the store may be in its log only.
    if _opens(key, facts):
        if not waiting.exists() or _opens(key, read_open_facts(url)):
            return key
    elif _opens(key, read_facts(url, with_log=True)):
        return key
    if _may_take_over(settings, waiting):
        waiting.replace(key_file(settings))
        return read_key_file(key_file(settings))
    raise WrongMasterKey("the master key does not open this store; nothing was changed")


def _may_take_over(settings: Settings, waiting: Path) -> bool:
    if settings.master_key is not None or not waiting.exists():
        return False
    return _opens(read_key_file(waiting), read_facts(settings.sqlalchemy_url, with_log=True))


def key_file(settings: Settings) -> Path:
    """Where the key lies when it is not in the environment."""
    return settings.master_key_file or settings.home / "master.key"


def next_key_file(path: Path) -> Path:
    """Where the key that will take its place waits."""
    return path.with_name(f"{path.name}.next")


def read_key_file(path: Path) -> bytes:
    """The 32 bytes of a key in a file.

    Raises:
        ConfigurationError: it cannot be read, or holds something else.
    """
    try:
        return _decode(str(path), path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: wanted a readable master key, got {type(error).__name__}") from error


def write_key_file(path: Path, key: bytes) -> None:
    """Keep the key, readable by its owner only."""
    write_atomically(path, base64.b64encode(key) + b"\n", mode=0o600)
    _sync(path.parent)


def _opens(key: bytes, facts: Mapping[str, bytes]) -> bool:
    try:
        Vault.opening(key, facts)
    except WrongMasterKey:
        return False
    return True


def load_master_key(settings: Settings, *, may_create: bool) -> bytes:
    """The 32 bytes of the master key.

    Args:
        may_create: whether a missing file is made, readable by its owner only: true for a new store alone.

    Raises:
        ConfigurationError: a key that is not 32 bytes in base64, or a file that cannot be read.
        WrongMasterKey: there is no key, and the store has one already.
    """
    if settings.master_key is not None:
        return _decode("CITYGATE_MASTER_KEY", settings.master_key.get_secret_value())
    path = key_file(settings)
    if not path.exists():
        if not may_create:
            raise WrongMasterKey(f"{path}: missing, and this store was sealed with a key; nothing was changed")
        _create(path)
    return read_key_file(path)


def _decode(where: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise ConfigurationError(f"{where}: wanted {KEY_BYTES} bytes in base64, got something else") from error
    if len(key) != KEY_BYTES:
        raise ConfigurationError(f"{where}: wanted {KEY_BYTES} bytes in base64, got {len(key)}")
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    write_atomically(draft, base64.b64encode(os.urandom(KEY_BYTES)) + b"\n", mode=0o600)
    try:
        # A link never replaces: of two processes that start at once, both read the key of the first.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
