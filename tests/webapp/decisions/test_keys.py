"""The text of a key: what it carries, what is noticed about it."""

import re

from webapp.decisions.keys import Key, new_key, read_key

ID = "a" * 26


def test_a_key_is_read_as_it_was_written() -> None:
    key = new_key(ID)
    read = read_key(key.text)
    assert read == key
    assert read.secret_hash == key.secret_hash
    assert re.fullmatch(r"dlg_live_[a-z2-7]{26}_[a-z2-7]{52}[0-9a-f]{8}", key.text)


def test_a_mistyped_letter_is_noticed_without_the_database() -> None:
    text = new_key(ID).text
    for place in range(len("dlg_live_"), len(text)):
        wrong = "b" if text[place] != "b" else "c"
        assert read_key(text[:place] + wrong + text[place + 1 :]) is None, place


def test_what_is_no_key_is_none() -> None:
    for text in (
        "",
        "x",
        "dlg_live_a_b",
        f"dlg_live_{ID}_{'b' * 60}",
        "dlg_test_" + ID,
    ):
        assert read_key(text) is None


def test_two_keys_of_one_id_have_nothing_in_common() -> None:
    assert new_key(ID).secret != new_key(ID).secret


def test_a_secret_shows_in_no_log() -> None:
    key = Key(ID, "wholly-secret")
    assert "wholly-secret" not in repr(key)
