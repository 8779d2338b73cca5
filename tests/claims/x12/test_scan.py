"""Files as they are in the wild: delimiters, marks, line ends, junk, several interchanges."""

from __future__ import annotations

import io

import pytest

from claims.problems import Problem
from claims.types import Claim, Remittance
from claims.x12 import read
from claims.x12.scan import Interchange, Scanner
from tests.claims.x12 import texts

TWO = texts.professional(texts.claim("A1"), texts.claim("A2"))
PLAIN = texts.data(TWO)


def ids(source: bytes) -> list[str]:
    found = list(read(source))
    assert not [item for item in found if isinstance(item, Problem)], found
    return [item.claim_id for item in found if isinstance(item, Claim | Remittance)]


def interchange(source: bytes) -> Interchange:
    scanner = Scanner()
    pieces = scanner.feed(source) + scanner.finish()
    return next(piece for piece in pieces if isinstance(piece, Interchange))


@pytest.mark.parametrize("line_end", ["", "\n", "\r\n", "\r", "\n\n", "\n   "])
def test_line_ends_and_indents_after_terminators(line_end: str) -> None:
    assert ids(texts.data(TWO, "~" + line_end)) == ["A1", "A2"]


@pytest.mark.parametrize("terminator", ["\n", "\r\n", "\r", "'", "\x1c", "\x85"])
def test_other_terminators(terminator: str) -> None:
    assert ids(texts.data(TWO, terminator)) == ["A1", "A2"]


@pytest.mark.parametrize("width", [80, 61, 17])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_wrapped_lines(width: int, line_end: str) -> None:
    flat = texts.data(TWO, "~").decode()
    wrapped = line_end.join(flat[at : at + width] for at in range(0, len(flat), width))
    assert ids(wrapped.encode()) == ["A1", "A2"]


@pytest.mark.parametrize(
    "before",
    [b"\xef\xbb\xbf", b"\n\n  ", b"\x00\x00", b"From: clearing house\nSubject: LISA, VISA*1\n\n"],
)
def test_marks_and_junk_before_the_first_segment(before: bytes) -> None:
    assert ids(before + PLAIN) == ["A1", "A2"]


@pytest.mark.parametrize("after", [b"\x1a", b"\n\n\n", b"\x00" * 9, b"   "])
def test_blanks_after_the_last_segment(after: bytes) -> None:
    assert ids(PLAIN + after) == ["A1", "A2"]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_with_its_mark(codec: str) -> None:
    mark = "" if codec == "utf-16" else "\ufeff"
    assert ids((mark + PLAIN.decode()).encode(codec)) == ["A1", "A2"]


def test_latin_1_and_utf_8_names() -> None:
    for codec in ("latin-1", "utf-8"):
        text = PLAIN.decode().replace("FIRST HEALTH", "SANTÉ").replace("JANE", "ZOË")
        claims = [item for item in read(text.encode(codec)) if isinstance(item, Claim)]
        assert [item.payer.name for item in claims] == ["SANTÉ", "SANTÉ"]


def test_several_interchanges_with_other_delimiters() -> None:
    other = texts.data(texts.professional(texts.claim("B1")), "\n").decode()
    other = other.replace("*", "|").replace(":", ">")
    third = PLAIN.decode().replace("A1", "C1").replace("A2", "C2").replace("~\n", "'")
    assert ids(PLAIN + other.encode() + third.encode()) == ["A1", "A2", "B1", "C1", "C2"]


def test_an_interchange_right_after_one_that_was_cut() -> None:
    cut = PLAIN[: PLAIN.index(b"SV1", PLAIN.index(b"A2")) + 5]
    other = PLAIN.replace(b"A1", b"B1").replace(b"A2", b"B2")
    found = list(read(cut + other))
    assert [item.claim_id for item in found if isinstance(item, Claim)] == ["A1", "B1", "B2"]
    assert [item.claim_id for item in found if isinstance(item, Problem)] == ["A2", ""]


def test_a_name_that_begins_like_an_interchange_is_none() -> None:
    text = PLAIN.decode().replace("DOE*JANE", "ISA*LISA").replace("SENDER*REC", "ISA*REC")
    assert ids(text.encode()) == ["A1", "A2"]


def test_delimiters_are_counted_not_measured() -> None:
    trimmed = texts.ISA.replace("          ", "").replace("SENDER         ", "SENDER")
    found = interchange(texts.data([trimmed, *TWO[1:]]))
    assert (found.element, found.component, found.terminator) == ("*", ":", "~")
    assert found.elements[9] == "240506"
    assert ids(texts.data([trimmed, *TWO[1:]])) == ["A1", "A2"]


@pytest.mark.parametrize("line_end", ["", "\n"])
def test_an_isa_without_its_sixteenth_element(line_end: str) -> None:
    text = texts.data(TWO, "~" + line_end).decode().replace("*P*:~", "*P*~", 1)
    assert ids(text.encode()) == ["A1", "A2"]


@pytest.mark.parametrize("isa", [texts.ISA.replace("*0*P", "*P"), texts.ISA.replace("R  ", "*R")])
def test_an_isa_with_too_few_or_many_elements_is_named_and_read(isa: str) -> None:
    found = list(read(texts.data([isa, *TWO[1:]])))
    assert [item.claim_id for item in found if isinstance(item, Claim)] == ["A1", "A2"]
    problems = [item for item in found if isinstance(item, Problem)]
    assert [(item.segment, item.text.split(",")[0]) for item in problems] == [
        (1, "The ISA segment does not have sixteen elements")
    ]


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_streams_that_give_a_few_bytes_at_a_time(size: int) -> None:
    class Slow(io.BytesIO):
        def read(self, wanted: int | None = -1, /) -> bytes:
            return super().read(size)

    found = list(read(Slow(PLAIN * 2)))
    assert [item.claim_id for item in found if isinstance(item, Claim)] == ["A1", "A2"] * 2


def test_a_segment_without_end_does_not_fill_memory() -> None:
    long = texts.data(TWO[:-3]) + b"X" * 5_000_000 + b"~\n" + texts.data(TWO)
    found = list(read(long))
    texts_found = [item.text for item in found if isinstance(item, Problem)]
    assert any("million bytes" in text for text in texts_found)
    assert [item.claim_id for item in found if isinstance(item, Claim)] == ["A1", "A2"] * 2


@pytest.mark.parametrize("source", [b"", b"hello", b"ISA", b"ISA*", b"%PDF-1.7 \x00\xff" * 999])
def test_what_is_no_x12_gives_one_problem(source: bytes) -> None:
    (problem,) = read(source, "a.txt")
    assert isinstance(problem, Problem)
    assert (problem.source, problem.segment) == ("a.txt", 0)


def test_a_path_is_refused() -> None:
    with pytest.raises(TypeError, match="not a path"):
        read("claims.837")  # type: ignore[arg-type]
