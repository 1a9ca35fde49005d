import pytest

from pipelines.records.vault import Sealer, Vault
from vision.errors import ConfigurationError, SealBroken, WrongMasterKey

MASTER = bytes(range(32))


def test_what_was_sealed_opens_again() -> None:
    sealer = Sealer(MASTER)
    assert sealer.open(sealer.seal(b"Ann", "subject/1/label"), "subject/1/label") == b"Ann"


def test_an_empty_text_is_sealed_as_format_nonce_and_tag() -> None:
    blob = Sealer(MASTER).seal(b"", "x")
    assert len(blob) == 1 + 12 + 16
    assert Sealer(MASTER).open(blob, "x") == b""


def test_sealing_twice_gives_two_blobs() -> None:
    sealer = Sealer(MASTER)
    assert sealer.seal(b"Ann", "x") != sealer.seal(b"Ann", "x")


def test_a_blob_does_not_open_in_another_place() -> None:
    sealer = Sealer(MASTER)
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal(b"Ann", "subject/1/label"), "subject/2/label")


@pytest.mark.parametrize("place", [0, 1, 12, 13, 15, -1])
def test_a_blob_with_one_changed_bit_does_not_open(place: int) -> None:
    sealer = Sealer(MASTER)
    blob = bytearray(sealer.seal(b"Ann", "x"))
    blob[place] ^= 1
    with pytest.raises(SealBroken):
        sealer.open(bytes(blob), "x")


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(40)])
def test_bytes_that_were_never_sealed_do_not_open(blob: bytes) -> None:
    with pytest.raises(SealBroken):
        Sealer(MASTER).open(blob, "x")


def test_a_data_key_opens_with_the_wrapped_copy_of_itself() -> None:
    vault = Vault(MASTER)
    sealer, wrapped = vault.new_data_key("sub_1")
    assert vault.data_key("sub_1", wrapped).open(sealer.seal(b"Ann", "x"), "x") == b"Ann"


def test_two_subjects_have_two_data_keys() -> None:
    vault = Vault(MASTER)
    one, other = vault.new_data_key("sub_1")[0], vault.new_data_key("sub_2")[0]
    with pytest.raises(SealBroken):
        other.open(one.seal(b"Ann", "x"), "x")


def test_a_wrapped_key_does_not_serve_another_subject() -> None:
    vault = Vault(MASTER)
    with pytest.raises(SealBroken):
        vault.data_key("sub_2", vault.new_data_key("sub_1")[1])


def test_a_keyed_hash_depends_on_the_text_and_on_the_master_key() -> None:
    vault = Vault(MASTER)
    assert vault.keyed_hash("E-17") == vault.keyed_hash("E-17")
    assert vault.keyed_hash("E-17") != vault.keyed_hash("E-18")
    assert vault.keyed_hash("E-17") != Vault(bytes(32)).keyed_hash("E-17")


def test_the_canary_of_another_master_key_is_refused() -> None:
    facts = Vault(MASTER).facts()
    Vault.opening(MASTER, facts)
    with pytest.raises(WrongMasterKey):
        Vault.opening(bytes(32), facts)


def test_a_store_is_the_same_under_another_master_key() -> None:
    old = Vault.for_new_store(MASTER)
    sealer, wrapped = old.new_data_key("sub_1")
    new = Vault.opening(bytes(32), old.under(bytes(32)).facts())
    assert new.data_key("sub_1", old.rewrap("sub_1", wrapped, new)).open(sealer.seal(b"Ann", "x"), "x") == b"Ann"
    assert new.store.open(old.store.seal(b"rtsp://", "x"), "x") == b"rtsp://"
    assert new.keyed_hash("E-17") == old.keyed_hash("E-17")
    assert new.controller_key("north") == old.controller_key("north")
    with pytest.raises(SealBroken):
        old.data_key("sub_1", old.rewrap("sub_1", wrapped, new))


def test_two_stores_of_one_master_key_have_nothing_in_common() -> None:
    one, other = Vault.for_new_store(MASTER), Vault.for_new_store(MASTER)
    assert one.keyed_hash("E-17") != other.keyed_hash("E-17")


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="wanted 32 bytes, got 16"):
        Vault(bytes(16))
