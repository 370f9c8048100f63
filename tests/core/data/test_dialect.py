from __future__ import annotations

import pytest

from mlm_core.data.dialect import decode, find_delimiter, read_header
from mlm_core.errors import NotATableError


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
    ],
)
def test_encodings(codec: str, encoding: str) -> None:
    text = "Schüler;Größe\n1;2\n"
    decoded = decode(text.encode(codec), "x.csv")
    assert decoded.text == text
    assert decoded.encoding == encoding
    assert bool(decoded.notes) == (encoding == "cp1252")


def test_a_guess_is_said_with_an_example() -> None:
    (note,) = decode("id,Größe\n1,2\n".encode("cp1252"), "x.csv").notes
    assert note.code == "guessed-encoding"
    assert "cp1252" in note.message
    assert "Größe" in note.message


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("ученик;школа;оценка\n1;Москва;5\n2;Санкт-Петербург;4\n", "cp1251"),
        ("生徒,学校,点数\n1,東京,5\n2,大阪,6\n", "shift_jis"),
    ],
)
def test_other_scripts(text: str, codec: str) -> None:
    assert decode(text.encode(codec), "x.csv").text == text


def test_bytes_no_western_page_knows_are_still_read() -> None:
    decoded = decode(b"a,b\n\x81\x8d,1\n", "x.csv")
    assert decoded.text.startswith("a,b\n")
    assert decoded.notes


def test_one_broken_character_does_not_change_the_encoding() -> None:
    content = ("größe,b\n" + "äöü,1\n" * 20).encode() + b"x\xff,2\n"
    decoded = decode(content, "x.csv")
    assert decoded.encoding == "utf-8"
    assert decoded.text.startswith("größe")
    (note,) = decoded.notes
    assert note.code == "broken-characters"
    assert note.numbers["line"] == 22


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a,b\n1,\x00\n", "zero bytes"),
        (b"\x01\x02\x03\x04,\x05", "control characters"),
        (b"\xff\xfea\x00,", "UTF-16"),
        (b"\xff\xfe\x00\x00a", "UTF-32"),
        (b"\xe9\x00\xff", "zero bytes"),
    ],
)
def test_binary_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(NotATableError, match=reason):
        decode(content, "x.csv")


@pytest.mark.parametrize(
    ("head", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb\n1,5\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ('a,b\n"x;y;z",2\n"u;v;w",3\n', ","),
        ("y;x, cm\n1,5;2,5\n", ";"),
        ("name;comment\nx;hello, world\ny;no\n", ";"),
        ("a\n1\n", ","),
        ("a,b", ","),
        ("", ","),
    ],
)
def test_delimiters(head: str, delimiter: str) -> None:
    assert find_delimiter(head) == delimiter


@pytest.mark.parametrize(
    ("text", "names", "body"),
    [
        ("a,b\n1,2\n", ("a", "b"), "1,2\n"),
        ("\n\na,b\r\n1,2\r\n", ("a", "b"), "1,2\r\n"),
        ("a,b\r1,2\r", ("a", "b"), "1,2\r"),
        ('"a\nb",c\n1,2\n', ("a\nb", "c"), "1,2\n"),
        ('"a ""x""", "b"\n1,2\n', ('a "x"', "b"), "1,2\n"),
        ("a,b\n1,2,\n3,4,\n", ("a", "b", ""), "1,2,\n3,4,\n"),
        ("a,b\nr1,1,2\nr2,3,4\n", ("", "a", "b"), "r1,1,2\nr2,3,4\n"),
        ("a,b,\n1,2\n", ("a", "b"), "1,2\n"),
        ("a,b,\n1,2,\n", ("a", "b", ""), "1,2,\n"),
        ("sep=;\na;b\n1;2\n", ("a", "b"), "1;2\n"),
        ("a,b", ("a", "b"), ""),
    ],
)
def test_headers(text: str, names: tuple[str, ...], body: str) -> None:
    header = read_header(text, "x.csv")
    assert header.names == names
    assert header.body == body


def test_lines_are_counted_from_the_top_of_the_file() -> None:
    assert read_header("sep=,\n\na,b\n1,2\n", "x.csv").n_lines == 3


def test_blanks_before_quotes_need_care() -> None:
    assert read_header('a, b\n1, "x,y"\n', "x.csv").needs_care
    assert not read_header('a,b\n1,"x,y"\n', "x.csv").needs_care


def test_an_endless_field_is_refused() -> None:
    with pytest.raises(NotATableError, match="first line"):
        read_header("a" * 200_000 + ",b\n1,2\n", "x.csv")
