"""The resources of a FHIR body, and what their references lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from claims.dialects.draft import Draft, Node

MANY: Final = 999
NPI: Final = "http://hl7.org/fhir/sid/us-npi"
EIN: Final = "urn:oid:2.16.840.1.113883.4.4"
TAXONOMY: Final = "http://nucc.org/provider-taxonomy"
_RESOURCE: Final = re.compile(r"^(claim\.)?(entry\[\d+\]\.resource)?")
_WHAT: Final = 'must be "Claim", or "Bundle" with one Claim in it'
_TAXONOMIES: Final = (("specialty",), ("qualification", "code"), ("type",))
"""Where PractitionerRole, Practitioner and Organization have their codes."""


class Resources:
    """A ``Claim`` with what it contains, or a ``Bundle`` with a claim among others."""

    def __init__(self, sent: dict[str, object], draft: Draft, root: str) -> None:
        """``root`` is where ``sent`` stands, ``""`` or a path that ends with a dot."""
        self._known: dict[tuple[str, str], Node] = {}
        body = Node(sent, root.removesuffix("."), draft)
        kind = body.find("resourceType")
        self.claim: Node | None = None
        if kind is not None and kind.value == "Claim":
            self.claim = body
            self._contained(body)
        elif kind is not None and kind.value == "Bundle":
            self._bundle(body)
        else:
            draft.fault(f"{root}resourceType", _WHAT)

    def _bundle(self, body: Node) -> None:
        for entry in body.objects("entry", most=MANY):
            resource = entry.find("resource")
            if resource is None or not resource.is_object():
                continue
            self._contained(resource)
            kind, ident, url = (
                resource.find("resourceType"), resource.find("id"), entry.find("fullUrl"),
            )  # fmt: skip
            if url is not None:
                self._known.setdefault(("", url.text()), resource)
            if kind is not None and ident is not None:
                self._known.setdefault(("", f"{kind.text()}/{ident.text()}"), resource)
            if kind is not None and kind.value == "Claim":
                if self.claim is not None:
                    body.draft.fault(kind.path, "is a second Claim: send each in its own Bundle")
                self.claim = self.claim or resource
        if self.claim is None:
            path = f"{body.path}.entry" if body.path else "entry"
            body.draft.fault(path, "must hold a Claim")

    def _contained(self, resource: Node) -> None:
        for inner in resource.objects("contained", most=MANY):
            ident = inner.find("id")
            if ident is not None:
                self._known.setdefault((resource.path, f"#{ident.text()}"), inner)

    def resolve(self, reference: Node | None) -> Node | None:
        """The resource that ``reference`` leads to, where it was sent along."""
        if reference is None or not reference.is_object():
            return None
        target = reference.find("reference")
        if target is None:
            return None
        text = target.text()
        if text.startswith("#"):
            owner = _RESOURCE.match(reference.path)
            return self._known.get(((owner[0] if owner else "").rstrip("."), text))
        found = self._known.get(("", text))
        return found or self._known.get(("", "/".join(text.split("/")[-2:])))

    def identifiers(self, reference: Node | None) -> Iterator[Node]:
        """Identifiers of what ``reference`` leads to, and the one that it may carry itself."""
        resource = self.resolve(reference)
        if resource is not None:
            yield from resource.objects("identifier", most=MANY)
        own = reference.find("identifier") if reference is not None else None
        if own is not None and own.is_object():
            yield own

    def provider(self, reference: Node | None) -> tuple[Node | None, Node | None]:
        """NPI and taxonomy of a provider; of a PractitionerRole also its practitioner's, its
        organization's and, of a Location, its managing organization's.
        """
        npi: Node | None = None
        taxonomy: Node | None = None
        places: list[Node | None] = [reference]
        resource = self.resolve(reference)
        if resource is not None:
            names = ("practitioner", "organization", "managingOrganization")
            places += [resource.find(name) for name in names]
        for place in places:
            for identifier in self.identifiers(place):
                if npi is None and _system(identifier) == NPI:
                    npi = identifier.find("value")
            taxonomy = taxonomy or self._taxonomy(self.resolve(place))
        return npi, taxonomy

    def _taxonomy(self, resource: Node | None) -> Node | None:
        if resource is None:
            return None
        for name, *below in _TAXONOMIES:
            there = resource.find(name)
            if there is None or not isinstance(there.value, list):
                continue
            for concept in there.objects(most=MANY):
                found = coded(concept, *below, system=TAXONOMY)
                if found is not None:
                    return found
        return None

    def payer(self, reference: Node | None) -> Node | None:
        """The id by which a payer is known: of its identifiers the first that is no NPI or EIN."""
        for identifier in self.identifiers(reference):
            if _system(identifier) not in (NPI, EIN):
                value = identifier.find("value")
                if value is not None:
                    return value
        return None


def _system(node: Node) -> str:
    system = node.find("system")
    return "" if system is None else system.text()


def codings(node: Node | None, *names: str) -> list[tuple[str, Node]]:
    """System and code of each coding of the concept under ``names``."""
    concept = node if node is None or not names else node.find(*names)
    if concept is None or not concept.is_object():
        return []
    found = []
    for coding in concept.objects("coding", most=MANY):
        code = coding.find("code")
        if code is not None:
            found.append((_system(coding), code))
    return found


def coded(node: Node | None, *names: str, system: str = "") -> Node | None:
    """The first code of a concept, of those whose system holds ``system``."""
    for told, code in codings(node, *names):
        if system in told:
            return code
    return None


def extension(node: Node, url: str, *names: str) -> Node | None:
    """What stands under ``names`` in the first extension of that ``url``."""
    for one in node.objects("extension", most=MANY):
        told = one.find("url")
        if told is not None and told.value == url:
            return one.find(*names)
    return None
