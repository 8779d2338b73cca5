"""The judge: pyx12's full validation of an 837P, 837I or 835, held in memory.

``pyx12`` (BSD) knows the guides' maps: which segment may stand where, how often, with which
elements and codes. Its maps cost 170 ms to load, so they are kept between calls. Its messages quote
the values that it objects to; ours never do.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

import pyx12.error_handler
import pyx12.errors
import pyx12.map_if
import pyx12.map_index
import pyx12.map_walker
import pyx12.params
import pyx12.x12file
from pyx12.map_if._segment import apply_segment_errors

_ELEMENT: Final = {
    "1": "is mandatory and missing",
    "2": "is missing although another element requires it",
    "3": "has too many parts",
    "4": "is too short",
    "5": "is too long",
    "6": "holds a character that is not allowed",
    "7": "holds a code that is not valid here",
    "8": "holds an invalid date",
    "9": "holds an invalid time",
    "10": "is not used here",
}
_SEGMENT: Final = {
    "1": "the segment is not known here, or is padded",
    "2": "the segment is not expected here",
    "3": "a mandatory segment or loop before this one is missing",
    "4": "the loop occurs too often",
    "5": "the segment occurs too often",
    "6": "the segment is not in this transaction set",
    "7": "the segment is not in its place",
    "8": "the segment's elements do not agree with one another, or are too many",
    "HL1": "the level's number (HL01) does not count up by one",
    "HL2": "the parent level (HL02) does not exist",
    "LX": "the line's number (LX01) does not count up by one",
    "SEG1": "the segment ends with empty elements",
}
_ENVELOPE: Final = {
    "isa": "the interchange (ISA, IEA) is wrong: its trailer, counts or control number",
    "gs": "the group (GS, GE) is wrong: its trailer, counts or control number",
    "st": "the transaction (ST, SE) is wrong: its trailer, counts or control number",
}


Note = Callable[[int, Any], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One objection: segment in the file (from 1; 0 = the file), pyx12's code, what is wrong.

    ``element`` is its reference such as ``CLM05-01``, ``""`` when the segment itself is meant.
    ``segment_id`` is such as ``CLM``. No text holds a value of the claim.
    """

    segment: int
    segment_id: str
    element: str
    code: str
    text: str


class _Collector(pyx12.error_handler.err_handler):  # type: ignore[misc]
    """Takes pyx12's errors as findings instead of logging them with the values."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []
        self.number = 0
        self.segment_id = ""

    def _add(self, code: str, text: str, element: str = "") -> None:
        self.findings.append(Finding(self.number, self.segment_id, element, code, text))

    def isa_error(self, err_cde: str, err_str: str) -> None:
        self._add(err_cde, _ENVELOPE["isa"])

    def gs_error(self, err_cde: str, err_str: str) -> None:
        self._add(err_cde, _ENVELOPE["gs"])

    def st_error(self, err_cde: str, err_str: str) -> None:
        self._add(err_cde, _ENVELOPE["st"])

    def seg_error(
        self, err_cde: str, err_str: str, err_value: str | None = None, src_line: int | None = None
    ) -> None:
        text = _SEGMENT.get(err_cde, "the segment is not valid here")
        if err_cde == "3" and err_value is None:
            text = err_str[:1].lower() + err_str[1:]  # names of the map only
        self._add(err_cde, text)

    def ele_error(
        self, err_cde: str, err_str: str, bad_value: str | None, refdes: str | None = None
    ) -> None:
        text = _ELEMENT.get(err_cde, "is not valid")
        self._add(err_cde, f"{refdes or 'an element'} {text}", refdes or "")


@cache
def _parameters() -> Any:
    return pyx12.params.ParamsBase()


@cache
def _map(file: str) -> Any:
    return pyx12.map_if.load_map_file(file, _parameters())


@cache
def _index() -> Any:
    return pyx12.map_index.map_index()


def findings(data: bytes, note: Note | None = None) -> list[Finding]:
    """Validate a whole file against its guide; an empty list means that it is valid.

    The file is held in memory. Transactions without a map (other guides) give one finding. ``note``
    is called with each segment before it is judged: its number and pyx12's segment.
    """
    errors = _Collector()
    try:
        _validate(data, errors, note)
    except pyx12.errors.X12Error:
        errors.findings.append(
            Finding(errors.number, errors.segment_id, "", "ISA", "this is not read as X12 at all")
        )
    except pyx12.errors.EngineError:
        errors.findings.append(
            Finding(errors.number, errors.segment_id, "", "GS", "no guide is known for this group")
        )
    except Exception:
        # pyx12 itself fails on some invalid files (IndexError, AttributeError, AssertionError ...)
        errors.findings.append(
            Finding(
                errors.number, errors.segment_id, "", "8", "the file cannot be judged from here on"
            )
        )
    return errors.findings


class _Walk:
    """Where the validation stands: the map in force and the node of the last segment."""

    def __init__(self, source: Any, errors: _Collector) -> None:
        self.source = source
        self.errors = errors
        version = "00501" if source.icvn == "00501" else "00401"
        self.control = _map(f"x12.control.{version}.xml")
        self.map: Any = None
        self.node = self.control.getnodebypath("/ISA_LOOP/ISA")
        self.walker = pyx12.map_walker.walk_tree()
        self.version = ""

    def step(self, segment: Any) -> None:
        """Find the segment's node, note errors of order, then those of its elements."""
        before = self.node
        kind = segment.get_seg_id()
        if kind == "ISA":
            self.node = self.control.getnodebypath("/ISA_LOOP/ISA")
            self.walker.forceWalkCounterToLoopStart("/ISA_LOOP", "/ISA_LOOP/ISA")
        elif kind == "GS":
            self.node = self.control.getnodebypath("/ISA_LOOP/GS_LOOP/GS")
            self.walker.forceWalkCounterToLoopStart("/ISA_LOOP/GS_LOOP", "/ISA_LOOP/GS_LOOP/GS")
        else:
            source = self.source
            self.node, _, _, found = self.walker.walk_errors(
                self.node,
                segment,
                source.get_seg_count(),
                source.get_cur_line(),
                source.get_ls_id(),
            )
            pyx12.map_walker.apply_walk_errors(self.errors, found)
        if self.node is None:
            self.node = before
            return
        self._enter(kind, segment)
        apply_segment_errors(self.node, segment, self.errors)

    def _enter(self, kind: str, segment: Any) -> None:
        errors, source = self.errors, self.source
        if kind == "ISA":
            errors.add_isa_loop(segment, source)
            self.version = segment.get_value("ISA12")
        elif kind == "GS":
            self._choose_map(segment)
            errors.add_gs_loop(segment, source)
        elif kind == "ST":
            errors.add_st_loop(segment, source)
        elif kind not in ("IEA", "GE", "SE"):
            errors.add_seg(
                self.node,
                segment,
                source.get_seg_count(),
                source.get_cur_line(),
                source.get_ls_id(),
            )
        errors.handle_errors(source.pop_errors())

    def _choose_map(self, segment: Any) -> None:
        file = _index().get_filename(
            self.version, segment.get_value("GS08"), segment.get_value("GS01")
        )
        if file is None:
            raise pyx12.errors.EngineError("no map")
        self.map = _map(file)
        self.source.check_837_lx = self.map.id == "837"
        self.node = self.map.getnodebypath("/ISA_LOOP/GS_LOOP/GS")


def _validate(data: bytes, errors: _Collector, note: Note | None) -> None:
    source = pyx12.x12file.X12Reader(io.StringIO(data.decode("latin-1")))
    walk = _Walk(source, errors)
    for segment in source:
        errors.number = source.get_cur_line()
        errors.segment_id = cast(str, segment.get_seg_id())
        if note is not None:
            note(errors.number, segment)
        walk.step(segment)
    source.cleanup()
    errors.handle_errors(source.pop_errors())
    source.close()
