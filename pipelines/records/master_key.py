"""Where the master key comes from: the environment, a file, or a file made at the first start."""

import base64
import binascii
import os
from pathlib import Path

from models.files import write_atomically
from pipelines.records.vault import KEY_BYTES
from pipelines.settings import Settings
from vision.errors import ConfigurationError, WrongMasterKey


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
    path = settings.master_key_file or settings.home / "master.key"
    if not path.exists():
        if not may_create:
            raise WrongMasterKey(f"{path}: missing, and this store was sealed with a key; nothing was changed")
        _create(path)
    try:
        return _decode(str(path), path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: wanted a readable master key, got {type(error).__name__}") from error


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
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
