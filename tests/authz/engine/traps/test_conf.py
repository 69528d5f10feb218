"""A model.conf line by line, as casbin reads it."""

from authz.engine.traps.conf import read_conf


def test_the_lines_of_a_model_are_where_they_stand():
    text = "[matchers]\n# why\nm = a \\\n  && b\n\nm2 = c"
    found = [(e.key, e.value, e.line) for e in read_conf(text).options()]
    assert found == [("m", "a && b", 3), ("m2", "c", 6)]


def test_a_key_is_where_casbins_value_of_it_stands():
    conf = read_conf("[matchers]\nm = a\nm = b\n[other]\nm = c\n")
    assert conf.line_of("m") == 3
    assert conf.line_of("m2") == 0
    assert [entry.section for entry in conf.headers()] == ["matchers", "other"]
