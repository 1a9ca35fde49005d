"""Sealing with AES-256-GCM: one data key per subject, each wrapped by a key that follows from the master key."""

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Literal, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipelines.records.facts import CANARY, ROOT_KEY
from vision.errors import ConfigurationError, SealBroken, WrongMasterKey

KEY_BYTES = 32
NONCE_BYTES = 12
FORMAT = b"\x01"  # first byte of every sealed blob, so that another cipher can follow later

_CANARY = b"citygate: this store opens"
_Use = Literal["wrap", "hash", "chain", "store", "sign", "controller", "backup"]


class Sealer:
    """One AES-256-GCM key; a blob is a format byte, a random nonce of 12 bytes, the ciphertext and a tag of 16."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """`plaintext`, readable only with this key and the same `context`.

        Args:
            context: record and field the blob belongs to, such as `subject/sub_1/label`; it is not stored.
        """
        nonce = os.urandom(NONCE_BYTES)
        return FORMAT + nonce + self._cipher.encrypt(nonce, plaintext, context.encode())

    def open(self, blob: bytes, context: str) -> bytes:
        """What was sealed.

        Raises:
            SealBroken: changed bytes, another key, or a blob that was moved from another record.
        """
        nonce = blob[1 : 1 + NONCE_BYTES]
        if blob[:1] != FORMAT or len(nonce) != NONCE_BYTES:
            raise SealBroken(f"{context}: wanted a sealed blob of format 1, got {len(blob)} bytes of another kind")
        try:
            return self._cipher.decrypt(nonce, blob[1 + NONCE_BYTES :], context.encode())
        except InvalidTag as error:
            raise SealBroken(f"{context}: the sealed bytes were changed, or belong to another record or key") from error


class Vault:
    """The keys of one store; every use has its own, derived with HKDF-SHA256.

    The master key wraps, and nothing else: the data key of each subject and picture, and the store's own root key,
    from which follows all that belongs to no subject. So another master key can take its place by wrapping these anew,
    while hashes still find, the audit chain still holds and controllers still know the signature.

    Args:
        master_key: 32 bytes.
        root_key: 32 bytes; None: the master key itself, as in stores that were made before schema 4.

    Attributes:
        store: seals what belongs to no subject: camera and barrier addresses, plates, kept answers.
        signer: signs what leaves the house and must be known as ours; its public key may be given away.

    Raises:
        ConfigurationError: the master key is not 32 bytes long.
    """

    def __init__(self, master_key: bytes, root_key: bytes | None = None) -> None:
        if len(master_key) != KEY_BYTES:
            raise ConfigurationError(f"master key: wanted {KEY_BYTES} bytes, got {len(master_key)}")
        self._wrapper = Sealer(_derive(master_key, "wrap"))
        self._root_key = root = master_key if root_key is None else root_key
        self._hash_key = _derive(root, "hash")
        self._chain_key = _derive(root, "chain")
        self._controller_key = _derive(root, "controller")
        self._backup_key = _derive(root, "backup")
        self.store = Sealer(_derive(root, "store"))
        self.signer = Ed25519PrivateKey.from_private_bytes(_derive(root, "sign"))

    @classmethod
    def for_new_store(cls, master_key: bytes) -> Self:
        """A vault with a root key of its own, for a store that is not made yet."""
        return cls(master_key, os.urandom(KEY_BYTES))

    @classmethod
    def opening(cls, master_key: bytes, facts: Mapping[str, bytes]) -> Self:
        """The vault of the store that says this of itself.

        Raises:
            WrongMasterKey: the store was sealed under another master key.
        """
        vault = cls(master_key)
        vault.check_canary(facts[CANARY])
        wrapped = facts.get(ROOT_KEY)
        return vault if wrapped is None else cls(master_key, vault._wrapper.open(wrapped, "root"))

    def facts(self) -> dict[str, bytes]:
        """What the store must know to be opened by `opening`."""
        return {
            CANARY: self._wrapper.seal(_CANARY, "canary"),
            ROOT_KEY: self._wrapper.seal(self._root_key, "root"),
        }

    def under(self, master_key: bytes) -> Self:
        """The same store's vault under another master key."""
        return type(self)(master_key, self._root_key)

    def same_master_key(self, other: "Vault") -> bool:
        """Whether one opens what the other wraps."""
        try:
            self.check_canary(other.facts()[CANARY])
        except WrongMasterKey:
            return False
        return True

    def rewrap(self, owner_id: str, wrapped: bytes, other: "Vault") -> bytes:
        """The data key that was wrapped here, wrapped by the other vault.

        Raises:
            SealBroken: changed bytes, or the key of another owner.
        """
        context = _key_context(owner_id)
        return other._wrapper.seal(self._wrapper.open(wrapped, context), context)

    def new_data_key(self, subject_id: str) -> tuple[Sealer, bytes]:
        """A fresh data key, and the same key wrapped, to be stored."""
        key = os.urandom(KEY_BYTES)
        return Sealer(key), self._wrapper.seal(key, _key_context(subject_id))

    def data_key(self, subject_id: str, wrapped: bytes) -> Sealer:
        """The data key that was wrapped for this subject.

        Raises:
            SealBroken: changed bytes, or the key of another subject.
        """
        return Sealer(self._wrapper.open(wrapped, _key_context(subject_id)))

    def keyed_hash(self, text: str) -> str:
        """64 hexadecimal digits that find `text` again and that nobody without the master key can try out."""
        return hmac.digest(self._hash_key, text.encode(), "sha256").hex()

    def controller_key(self, place: str) -> bytes:
        """32 secret bytes for the controllers of one place, always the same; of no other place's help."""
        return hmac.digest(self._controller_key, place.encode(), "sha256")

    def chain_hash(self, previous: bytes, entry: bytes) -> bytes:
        """32 bytes that bind an audit entry to the one before; only the master key can make them anew."""
        return hmac.digest(self._chain_key, previous + hashlib.sha256(entry).digest(), "sha256")

    def backup_code(self, content: bytes) -> str:
        """64 hexadecimal digits that only this store's keys can make of `content`."""
        return hmac.digest(self._backup_key, content, "sha256").hex()

    def check_canary(self, canary: bytes) -> None:
        """Refuse to go on with a key that is not this store's.

        Raises:
            WrongMasterKey: the canary was sealed under another master key.
        """
        try:
            self._wrapper.open(canary, "canary")
        except SealBroken as error:
            raise WrongMasterKey("the master key does not open this store; nothing was changed") from error


def _derive(master_key: bytes, use: _Use) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"citygate/1/{use}".encode()).derive(master_key)


def _key_context(subject_id: str) -> str:
    return f"data-key/{subject_id}"
