"""A remittance for the API's documentation: invented, complete, valid by its guide."""

from __future__ import annotations

from typing import Final

X12_835: Final = "~\n".join(
    [
        "ISA*00*          *00*          *ZZ*EXAMPLEPAYER   *ZZ*EXAMPLECLINIC  "
        "*260318*0900*^*00501*000000001*0*P*:",
        "GS*HP*EXAMPLEPAYER*EXAMPLECLINIC*20260318*0900*1*X*005010X221A1",
        "ST*835*0001",
        "BPR*I*96.40*C*ACH************20260318",
        "TRN*1*700000001*1123456789",
        "DTM*405*20260318",
        "N1*PR*EXAMPLE HEALTH PLAN",
        "N3*1 MAIN STREET",
        "N4*ANYTOWN*NY*100010001",
        "REF*2U*60054",
        "PER*BL*PROVIDER SERVICES*TE*5555550100",
        "N1*PE*PROVIDER*XX*1234567893",
        "LX*1",
        "CLP*PCN-1043*1*1890*0**12*2603180001*11*1",
        "NM1*QC*1*PATIENT*ONE",
        "SVC*HC:70553*1890*0**1",
        "DTM*472*20260302",
        "CAS*CO*197*1890",
        "REF*6R*1",
        "LQ*HE*M62",
        "CLP*PCN-1042*1*248*96.40*25*12*2603180002*11*1",
        "NM1*QC*1*PATIENT*ONE",
        "SVC*HC:99214:25*210*96.40**1",
        "DTM*472*20260302",
        "CAS*CO*45*88.60",
        "CAS*PR*3*25",
        "REF*6R*1",
        "SVC*HC:83036*38*0**1",
        "DTM*472*20260302",
        "CAS*CO*16*38",
        "REF*6R*2",
        "LQ*HE*MA130",
        "LQ*HE*MA120",
        "SE*32*0001",
        "GE*1*1",
        "IEA*1*000000001",
        "",
    ]
)
