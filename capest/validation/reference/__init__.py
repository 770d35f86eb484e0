"""Published figures as CSV files.

``study_cases.csv``: the 30 study cases of TR 38.821 V16.2.0 Table 6.1.1.1-9, with the uplink
bandwidth per user of R1-1913224. ``percentiles.csv`` and ``curves.csv``: percentiles and
distributions read off figures 5 to 28 of 3GPP R1-1913224 (ESA, RAN1#99); quality A was read within
0.02 to 0.08 dB, B within 0.1 to 0.2 dB more, S is the printed average of TR 38.821 for case 6.
``link_budgets.csv``: rows of TR 38.821 Table 6.1.3.3-1 and of R1-1913224 Tables 1 to 3; the printed
0.4 MHz of an uplink is 0.36 MHz rounded. ``m2514.csv``: minimum requirements of Report
ITU-R M.2514 (2022) for eMBB-s, handheld terminals, 30 MHz, from a printed copy of its table
(https://www.txrjy.com/forum.php?action=printable&mod=viewthread&tid=1298243).
"""
