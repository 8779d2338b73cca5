"""Small files to take apart: one 837P, one 837I, one 835, as lists of segments."""

from __future__ import annotations

ISA = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
    "*240506*0708*^*00501*000000001*0*P*:"
)


def transaction(kind: str, guide: str, body: list[str]) -> list[str]:
    """Wrap the body of one transaction in its envelope, with counts that are right."""
    group = "HP" if kind == "835" else "HC"
    return [
        ISA,
        f"GS*{group}*SENDER*RECEIVER*20240506*0708*1*X*{guide}",
        f"ST*{kind}*0001*{guide}",
        *body,
        f"SE*{len(body) + 2}*0001",
        "GE*1*1",
        "IEA*1*000000001",
    ]


def professional(*claims: list[str]) -> list[str]:
    head = [
        "BHT*0019*00*1*20240505*0708*CH",
        "NM1*41*2*SUBMITTER*****46*S1",
        "PER*IC*OFFICE*TE*5555550100",
        "NM1*40*2*RECEIVER*****46*R1",
        "HL*1**20*1",
        "PRV*BI*PXC*207Q00000X",
        "NM1*85*2*CLINIC*****XX*1000000001",
        "N3*1 MAIN STREET",
        "N4*ANYTOWN*NY*10001",
        "REF*EI*123456789",
        "HL*2*1*22*0",
        "SBR*P*18*******CI",
        "NM1*IL*1*DOE*JANE****MI*M1",
        "N3*2 MAIN STREET",
        "N4*ANYTOWN*NY*10001",
        "DMG*D8*19700102*F",
        "NM1*PR*2*FIRST HEALTH*****PI*P1",
    ]
    return transaction("837", "005010X222A1", head + [item for claim in claims for item in claim])


def claim(number: str = "A1", charge: str = "100", *lines: str) -> list[str]:
    body = lines or (
        "LX*1",
        "SV1*HC:99213:25*100*UN*1***1",
        "DTP*472*D8*20240501",
        "REF*6R*L1",
    )
    return [f"CLM*{number}*{charge}***11:B:1*Y*A*Y*Y", "HI*ABK:M545*ABF:E119", *body]


def remitted(*claims: list[str]) -> list[str]:
    head = [
        "BPR*I*80*C*ACH************20240510",
        "TRN*1*T1*1999999999",
        "DTM*405*20240509",
        "N1*PR*FIRST HEALTH",
        "REF*2U*P1",
        "N1*PE*CLINIC*XX*1000000001",
        "LX*1",
    ]
    return transaction("835", "005010X221A1", head + [item for claim in claims for item in claim])


def remittance(number: str = "A1") -> list[str]:
    return [
        f"CLP*{number}*1*100*80*5*12*PC1*11*1",
        "NM1*QC*1*DOE*JANE",
        "SVC*HC:99213:25*100*80**1",
        "DTM*472*20240501",
        "CAS*CO*45*15",
        "CAS*PR*2*5",
        "REF*6R*L1",
        "LQ*HE*N130",
    ]


def data(segments: list[str], terminator: str = "~\n") -> bytes:
    return (terminator.join(segments) + terminator).encode("latin-1")
