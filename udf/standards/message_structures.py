"""Which segments a message has, in which order and how often, and what each belongs to: by type and directory.

UN/EDIFACT: the segment tables of SLSRPT and INVRPT, D.93A to D.10B, each from the directory that changed it on. X12:
the transaction sets 852, 846 and 867 of 002040 to 006030. UNH and UNT, ST and SE are left out.

`A*9?` is a segment of which there may be nine, or none; without a number there is one, and `*` alone has no end.
`(A B)` is a group (in X12 a loop), and A is its trigger: what stands in it belongs to that A.
"""

from collections.abc import Mapping

STRUCTURES: Mapping[tuple[str, str], str] = {
    ("SLSRPT", "D.93A"): (
        "BGM DTM*5 (NAD (CTA COM*5?)*5?)*5 (RFF DTM*5?)*5? (CUX DTM*5?)*5? (LOC DTM*5? (LIN PIA*5? IMD*5? PAC*5? "
        "RFF*5? DOC*5? ALI*5? MOA*5? PRI*5? QTY*5? (NAD QTY*5?)*100?)*200000?)*200000 "
    ),
    ("SLSRPT", "D.94B"): (
        "BGM DTM*5 (NAD (CTA COM*5?)*5?)*5 (RFF DTM*5?)*5? (CUX DTM*5?)*5? (LOC DTM*5? (RFF DTM*5?)*99? (LIN "
        "PIA*5? IMD*5? PAC*5? RFF*5? DOC*5? ALI*5? MOA*5? PRI*5? (QTY MKS? NAD?)*999?)*200000?)*200000 "
    ),
    ("SLSRPT", "D.96A"): (
        "BGM DTM*5 (NAD (CTA COM*5?)*5?)*5 (RFF DTM*5?)*5? (CUX DTM*5?)*5? (LOC DTM*5? (RFF DTM*5?)*99? (LIN "
        "PIA*5? IMD*5? PAC*5? RFF*5? DOC*5? ALI*5? MOA*5? PRI*5? GIN*9999? (QTY MKS? NAD?)*999?)*200000?)*200000 "
    ),
    ("SLSRPT", "D.97A"): (
        "BGM DTM*5 (NAD (CTA COM*5?)*5?)*5 (RFF DTM*5?)*5? (CUX DTM*5?)*5? (LOC DTM*5? (RFF DTM*5?)*99? (LIN "
        "PIA*5? IMD*5? PAC*5? RFF*5? DOC*5? ALI*5? MOA*5? PRI*5? GIN*9999? (QTY MKS? NAD? PRI*9? DTM*9? "
        "RFF*9?)*999?)*200000?)*200000? (GIS (LIN PIA*99? IMD*9? PAC*9? MOA*9? (LOC RFF*9? DTM*9? MOA*9? (QTY "
        "PRI*9? DTM*9? RFF*9?)*99?)*9999?)*999999?)? "
    ),
    ("SLSRPT", "D.98B"): (
        "BGM DTM*5 (NAD (CTA COM*5?)*5?)*5 (RFF DTM*5?)*5? (CUX DTM*5?)*5? (LOC DTM*5? (RFF DTM*5?)*99? (LIN "
        "PIA*5? IMD*5? DTM*5? PAC*5? RFF*5? DOC*5? ALI*5? MOA*5? PRI*5? GIN*9999? (QTY MKS? NAD? PRI*9? DTM*9? "
        "RFF*9?)*999?)*200000?)*200000? (GIS (LIN PIA*99? IMD*9? PAC*9? MOA*9? (LOC RFF*9? DTM*9? MOA*9? (QTY "
        "PRI*9? DTM*9? RFF*9?)*99?)*9999?)*999999?)? "
    ),
    ("SLSRPT", "D.99B"): (
        "BGM DTM*5 MKS? (NAD (CTA COM*5?)*5?)*5 (RFF DTM*5?)*5? (CUX DTM*5?)*99? (LOC DTM*5? FTX*5? (RFF "
        "DTM*5?)*99? (LIN PIA*5? IMD*5? DTM*9? PAC*5? RFF*5? DOC*5? ALI*5? MOA*5? GIN*9999? (PRI CUX?)*999? "
        "PAI*9? (QTY MKS? NAD? PRI*9? DTM*9? RFF*9? STS*9?)*999?)*200000?)*200000? (GIS (LIN PIA*99? IMD*9? "
        "PAC*9? MOA*9? (LOC RFF*9? DTM*9? MOA*9? (QTY PRI*9? DTM*9? RFF*9? STS*9?)*99?)*9999?)*999999?)? "
    ),
    ("SLSRPT", "D.01A"): (
        "BGM DTM*5 MKS? (RFF DTM*9?)*9? (NAD (CTA COM*5?)*5? (RFF DTM*9?)*9?)*5 (CUX DTM*5? STS*5?)*5? (LOC "
        "DTM*5? FTX*5? (RFF DTM*5?)*99? (LIN PIA*5? IMD*5? DTM*9? PAC*5? RFF*5? DOC*5? ALI*5? MOA*5? GIN*9999? "
        "(PRI CUX?)*999? PAI*9? (QTY MKS? NAD? PRI*9? DTM*9? RFF*9? STS*9?)*999?)*200000?)*200000? (GIS (LIN "
        "PIA*99? IMD*9? PAC*9? MOA*9? (LOC RFF*9? DTM*9? MOA*9? (QTY PRI*9? DTM*9? RFF*9? "
        "STS*9?)*99?)*9999?)*999999?)? UNS MOA*9? "
    ),
    ("SLSRPT", "D.02B"): (
        "BGM DTM*5 MKS? (RFF DTM*9?)*9? (NAD (CTA COM*5?)*5? (RFF DTM*9?)*9?)*5 (CUX DTM*5? STS*5?)*5? (LOC "
        "DTM*5? FTX*5? (RFF DTM*5?)*99? (LIN PIA*5? IMD*5? DTM*9? PAC*5? RFF*5? DOC*5? ALI*5? MOA*5? GIN*9999? "
        "(PRI CUX?)*999? PAI*9? (QTY MKS? NAD? PRI*9? DTM*9? RFF*9? STS*9?)*999?)*200000?)*200000? (GEI (LIN "
        "PIA*99? IMD*9? PAC*9? MOA*9? (LOC RFF*9? DTM*9? MOA*9? (QTY PRI*9? DTM*9? RFF*9? "
        "STS*9?)*99?)*9999?)*999999?)? UNS MOA*9? "
    ),
    ("INVRPT", "D.93A"): (
        "BGM DTM*10? (RFF DTM?)*10? (NAD LOC*5? (RFF DTM?)*10? (CTA COM*5?)*10?)*20? (CUX DTM?)*5? (CPS (PAC "
        "PCI*1000? (QTY GIN*9999? DTM*5?)*9999?)*999?)*9999? (LIN IMD*10? MEA*10? LOC*5? DTM*5? (RFF DTM?)*10? "
        "(QTY GIN*9999? LOC*5? DTM*5? (PRI CUX? DTM?)*5? (RFF DTM?)*10? (CPS (PAC GIN*9999? "
        "DTM*5?)*9999?)*9999?)*9999?)*9999? "
    ),
    ("INVRPT", "D.94B"): (
        "BGM DTM*10? (RFF DTM?)*10? (NAD LOC*5? (RFF DTM?)*10? (CTA COM*5?)*10?)*20? (CUX DTM?)*5? (CPS (PAC "
        "PCI*1000? (QTY GIN*9999? DTM*5?)*9999?)*999?)*9999? (LIN PIA*10? IMD*10? MEA*10? ALI*10? LOC*5? DTM*5? "
        "(RFF DTM?)*10? (QTY INV? GIN*9999? LOC*5? DTM*5? STS*9? (NAD LOC?)*5? (PRI CUX? DTM?)*5? (RFF DTM?)*10? "
        "(CPS (PAC MEA*10? QTY*10? (PCI RFF? DTM*5? GIN*9999?)*9999?)*9999?)*9999?)*9999?)*9999? "
    ),
    ("INVRPT", "D.96B"): (
        "BGM FTX*99? DTM*10 (RFF DTM?)*10? (NAD LOC*5? (RFF DTM?)*99? (CTA COM*5?)*10?)*20? (CUX DTM?)*5? (CPS "
        "(PAC PCI*1000? (QTY GIN*9999? DTM*5?)*9999?)*999?)*9999? (LIN PIA*10? IMD*10? NAD? MEA*10? ALI*10? "
        "LOC*5? DTM*5? FTX*99? (RFF DTM?)*10? (QTY INV? GIN*9999? LOC*5? DTM*5? STS*9? (NAD LOC?)*5? (PRI CUX? "
        "DTM?)*5? (RFF DTM?)*10? (CPS (PAC MEA*10? QTY*10? (PCI RFF? DTM*5? "
        "GIN*9999?)*9999?)*9999?)*9999?)*9999?)*9999? "
    ),
    ("INVRPT", "D.97A"): (
        "BGM FTX*99? DTM*10 (RFF DTM?)*10? (NAD LOC*5? (RFF DTM?)*99? (CTA COM*5?)*10?)*20? (CUX DTM?)*5? (CPS "
        "(PAC PCI*1000? (QTY GIN*9999? DTM*5?)*9999?)*999?)*9999? (LIN PIA*10? IMD*10? NAD? MEA*10? ALI*10? "
        "LOC*5? DTM*5? FTX*99? (RFF DTM?)*10? (INV QTY GIN*9999? LOC*5? DTM*5? STS*9? (NAD LOC?)*5? (PRI CUX? "
        "DTM?)*5? (RFF DTM?)*10? (CPS (PAC MEA*10? QTY*10? (PCI RFF? DTM*5? "
        "GIN*9999?)*9999?)*9999?)*9999?)*9999?)*9999? "
    ),
    ("INVRPT", "D.05B"): (
        "BGM FTX*99? DTM*10 (RFF DTM?)*10? (NAD LOC*5? (RFF DTM?)*99? (CTA COM*5?)*10?)*20? (CUX DTM?)*5? (CPS "
        "(PAC PCI*1000? (QTY GIN*9999? DTM*5?)*9999?)*999?)*9999? (LIN PIA*10? IMD*10? NAD? MEA*10? ALI*10? "
        "LOC*5? DTM*5? FTX*99? (RFF DTM?)*10? (CTA COM*9?)? (INV QTY*9 GIN*9999? LOC*5? DTM*5? STS*9? FTX*9? (NAD "
        "LOC?)*5? (PRI CUX? DTM?)*5? (RFF DTM?)*10? (CPS (PAC MEA*10? QTY*10? (PCI RFF? DTM*5? GIN*9999? (GIR "
        "DTM*5?)*99?)*9999?)*9999?)*9999?)*9999?)*9999999? "
    ),
    ("852", "004010"): (
        "XQ XPO*? N9*? PER*3? (N1 N2? N3*2? N4? FOB? TD5? DTM*? N9*? PER*3?)*200? (LIN CTP*25? PO4? N9*? AMT*10? "
        "PAL? QTY? (ZA QTY? CTP*25? SDQ*? (G95 DTM*2?)?)*)*999999? CTT? "
    ),
    ("852", "005010"): (
        "XQ XPO*? N9*? PER*3? (N1 N2? N3*2? N4? FOB? TD5? DTM*? N9*? PER*3?)*200? (LIN CTP*25? SAC*? PO4? N9*? "
        "AMT*10? PAL? QTY*? (ZA QTY*? CTP*25? SDQ*? (G95 DTM*2?)?)*)*999999? CTT? "
    ),
    ("852", "006030"): (
        "XQ XPO*? N9*? CUR? PER*3? (N1 N2? N3*2? N4? FOB? TD5? DTM*? N9*? PER*3?)*200? (LIN CTP*25? CUR? SAC*? "
        "PO4? N9*? AMT*10? PAL? QTY*? (ZA QTY*? CTP*25? SDQ*? (G95 DTM*2?)?)*)*999999? CTT? "
    ),
    ("846", "002040"): (
        "BIA NTE*25? CUR? DTM*10? REF*12? PER*3? (N1 N2*2? N3*2? N4? REF*12? PER*3?)*5? (LIN SLN*100? PID*200? "
        "MEA*40? PKG*25? (QTY UIT*12? SCH*25? LDT*12?)*10 DTM*10? CTP*25? CUR? SSS*25? REF*12? PER*3? (N1 N2*2? "
        "N3*2? N4? REF*12? PER*3?)*5? SDQ*500? MAN?)*10000 CTT "
    ),
    ("846", "004010"): (
        "BIA CUR? DTM*10? REF*12? PER*3? MEA*20? (N1 N2*2? N3*2? N4? REF*12? PER*3?)*5? (LM LQ*100)*10? (LIN "
        "PID*200? MEA*40? PKG*25? DTM*10? CTP*25? CUR? SAC*25? REF*? PER*3? SDQ*500? MAN? UIT*5? CS? DD*? G53? "
        "PCT*? LDT*12? (LM LQ*100)*10? (SLN PID*200? MEA*40? PKG*25? (MAN MEA*40?)*100?)*1000? (QTY UIT*12? "
        "MEA*25? LDT*12? DTM*10? (SCH MEA*25?)*25? (LM LQ*100)*? (LS (REF DTM*? N1? (LM LQ*100)*10?)*? LE)?)*99? "
        "(N1 N2*2? N3*2? N4? REF*12? PER*3?)*200?)*10000 CTT? "
    ),
    ("846", "006030"): (
        "BIA CUR? DTM*10? REF*12? PER*3? MEA*20? (N1 N2*2? N3*2? N4? REF*12? PER*3?)*5? (LM LQ*100)*10? (LIN "
        "PID*200? MEA*40? PKG*25? DTM*10? CTP*25? CUR? SAC*25? REF*? PER*3? SDQ*500? MAN? UIT*5? CS? DD*? G53? "
        "PCT*? LDT*12? (LM LQ*100)*10? (SLN PID*200? MEA*40? PKG*25? (MAN MEA*40?)*100?)*1000? (QTY UIT*12? "
        "MEA*25? LDT*12? DTM*10? (SCH MEA*25?)*25? (LM LQ*100)*? (LS (REF DTM*? N1? (LM LQ*100)*10?)*? LE)? (N1 "
        "N2*2? N3*2? N4? REF*12? PER*3?)*200?)*99?)* CTT? "
    ),
    ("867", "002040"): (
        "BPT NTE*25? CUR? DTM*10? REF*12? PER*3? (N1 N2*2? N3*2? N4? REF*12? PER*3?)*5? (PTD DTM*10? REF*12? "
        "PER*3? (N1 N2*2? N3*2? N4? REF*12? PER*3?)*5? (QTY LIN? UIT*12? AMT*12? PID*200? MEA*40? PWK*25? PKG*25? "
        "REF*12? PER*3? DTM*10? CUR?)*200? MAN?)*10000 CTT AMT*12? "
    ),
    ("867", "004010"): (
        "BPT CUR? DTM*10? REF*12? PER*3? MEA*20? PSA*10? (N1 N2*2? N3*2? N4? REF*12? (PER REF*?)*?)*5? (LM "
        "LQ*100)*? (PTD DTM*10? REF*20? PRF? PER*3? MAN? (N1 N2*2? N3*2? N4? REF*20? PER*3? (SII N9?)*?)*5? (QTY "
        "LIN? PO3*25? PO4? UIT*12? AMT*12? ITA*10? PID*200? MEA*40? PWK*25? PKG*25? REF*? PER*3? DTM*10? CUR? DD? "
        "LDT? (LM LQ*100?)*? (LX REF*? DTM? N1? (LM LQ*100)*?)*? (FA1 FA2*)*?)*?)* (CTT AMT*12? ITA*10?)? "
    ),
    ("867", "005010"): (
        "BPT CUR? DTM*10? REF*12? PER*3? MEA*20? PSA*10? (N1 N2*2? N3*2? N4? REF*12? (PER REF*?)*?)*5? (LM LQ*100 "
        "LCD*2?)*? (PTD DTM*10? REF*20? PRF? PER*3? MAN? LCD*2? LQ*? MEA*? (N1 N2*2? N3*2? N4? REF*20? PER*3? "
        "(SII N9?)*?)*5? (QTY LIN? PO3*25? PO4? UIT*12? AMT*12? ITA*10? PID*200? MEA*40? PWK*25? PKG*25? REF*? "
        "PER*3? DTM*10? CUR? DD*? LDT? (LM LQ*100?)*? (LX REF*? DTM? N1? (LM LQ*100)*?)*? (FA1 FA2*)*?)*?)* (CTT "
        "AMT*12? ITA*10?)? "
    ),
    ("867", "006030"): (
        "BPT CUR? DTM*10? REF*12? PER*3? MEA*20? PSA*10? (N1 N2*2? N3*2? N4? REF*12? (PER REF*?)*?)*? (LM LQ*100 "
        "LCD*2?)*? (PTD DTM*10? REF*20? PRF? PER*3? MAN? LCD*2? LQ*? MEA*? (N1 N2*2? N3*2? N4? REF*20? PER*3? "
        "(SII N9?)*?)*5? (QTY LIN? PO3*25? PO4? UIT*12? AMT*12? ITA*10? PID*200? MEA*40? PWK*25? PKG*25? REF*? "
        "PER*3? DTM*10? CUR? DD*? LDT? (LM LQ*100?)*? (LX REF*? DTM? N1? (LM LQ*100)*?)*? (FA1 FA2*)*?)*?)* (CTT "
        "AMT*12? ITA*10?)? "
    ),
}
"""By message type and the first directory or release that has it so."""
