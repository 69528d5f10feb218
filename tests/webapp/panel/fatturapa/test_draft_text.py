"""Texts, file names and progressives, judged before a file is written."""

import pytest

from webapp.panel.fatturapa import file_name, next_progressive, text_problems


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("Caffè corretto ¾", []),
        ("x" * 20, []),
        ("x" * 21, ["DLG-TEXT-LENGTH"]),
        ("10 €", ["DLG-TEXT-CHARACTER"]),
        ("l’anno", ["DLG-TEXT-CHARACTER"]),
        ("a\x00b", ["DLG-TEXT-CHARACTER"]),
        ("a\nb", ["DLG-TEXT-CHARACTER"]),
        ("a\x85b", ["DLG-TEXT-CHARACTER"]),
        ("\ud800", ["DLG-TEXT-CHARACTER"]),
        ("€€ ’", ["DLG-TEXT-CHARACTER", "DLG-TEXT-CHARACTER"]),
        ("  ", ["DLG-TEXT-EMPTY"]),
        ("", ["DLG-TEXT-EMPTY"]),
    ],
)
def test_a_text_is_judged_before_it_is_written(value, codes):
    found = text_problems(value, 20, element="Causale")
    assert [each.code for each in found] == codes
    assert {each.element for each in found} <= {"Causale"}


def test_a_refused_character_is_named_and_shown():
    (found,) = text_problems("10 €", 20)
    assert "U+20AC «€»" in found.message_it
    (hidden,) = text_problems("a\x07", 20)
    assert "U+0007" in hidden.message_en
    assert "«" not in hidden.message_en


def test_some_fields_take_ascii_alone():
    assert text_problems("n. à", 20) == ()
    (found,) = text_problems("n. à", 20, ascii_only=True)
    assert found.code == "DLG-TEXT-CHARACTER"


def test_a_file_name_is_country_transmitter_and_progressive():
    assert file_name("IT", "01879020517", "00001") == "IT01879020517_00001.xml"


@pytest.mark.parametrize(
    "parts",
    [
        ("it", "01879020517", "00001"),
        ("IT", "0", "00001"),
        ("IT", "../../etc", "00001"),
        ("IT", "01879020517", ""),
        ("IT", "01879020517", "000001"),
        ("IT", "01879020517", "0_01"),
        ("IT", "01879020517", "0001\n"),
    ],
)
def test_a_file_name_of_wrong_parts_is_refused(parts):
    with pytest.raises(ValueError, match="is not"):
        file_name(*parts)


@pytest.mark.parametrize(
    ("n", "text"), [(0, "00000"), (1, "00001"), (36, "00010"), (36**5 - 1, "ZZZZZ")]
)
def test_a_progressive_is_base_36_in_five_characters(n, text):
    assert next_progressive(n) == text
    assert int(text, 36) == n


@pytest.mark.parametrize("n", [-1, 36**5])
def test_a_progressive_out_of_range_is_refused(n):
    with pytest.raises(ValueError, match="five characters"):
        next_progressive(n)
