#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores `pii-milter scan` against labelled mail; `make eval` calls it.

Each file of labelled mail is written out as one .eml an entry, scanned in one go, and the findings in
the body are handed to the scorer. Nothing is kept.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

# What the labels call what a detector finds. A detector that is missing here is named and left out.
LABELS = {
    "ch.ahv": "CH_AHV", "iban": "IBAN", "card": "CARD", "fr.nir": "FR_NIR", "be.nn": "BE_NRN",
    "email": "EMAIL", "person": "PERSON", "address": "ADDRESS", "salary": "SALARY", "phone": "PHONE", "birth-date": "DOB", "mrz": "MRZ", "secret": "SECRET",
    "ch.vat": "VAT", "eu.vat": "VAT",
    "health": "MEDICAL", "religion": "RELIGION", "union-membership": "UNION", "ethnic-origin": "ETHNIC",
    "political-opinion": "POLITICAL", "sex-life": "SEXUAL", "biometric": "BIOMETRIC", "genetic": "GENETIC",
    "conviction": "CRIMINAL",
    "ch.veka": "CH_VEKA", "fr.nif": "FR_SPI", "lu.matricule": "LU_MATRICULE",
    "de.idnr": "DE_IDNR", "de.rvnr": "DE_RVNR", "de.kvnr": "DE_KVNR", "at.vnr": "AT_SVNR",
    "it.codicefiscale": "IT_CF", "nl.bsn": "NL_BSN", "gb.nhs": "UK_NHS", "gb.nino": "UK_NINO",
    "gb.utr": "UK_UTR", "ie.pps": "IE_PPSN", "es.dni": "ES_DNI", "es.nie": "ES_NIE", "pt.nif": "PT_NIF",
    "pt.cc": "PT_CC", "pl.pesel": "PL_PESEL", "se.personnummer": "SE_PNR", "dk.cpr": "DK_CPR",
    "fi.hetu": "FI_HETU", "no.fodselsnummer": "NO_FNR", "is.kennitala": "IS_KT", "cz.rc": "CZ_RC",
    "si.emso": "SI_EMSO", "hu.taj": "HU_TAJ", "ro.cnp": "RO_CNP", "bg.egn": "BG_EGN", "hr.oib": "HR_OIB",
    "gr.amka": "GR_AMKA", "ee.ik": "EE_IK", "lt.asmens": "LT_AK", "lv.pk": "LV_PK",
}
# Of detectors that each country has one of.
DOCUMENTS = {"passport": "PASSPORT", "id-card": "IDCARD", "driving": "DRIVING", "plate": "PLATE"}
# Not counted: what is below the shipped `at_least`.
BELOW = {"low"}
# What others reach.
PEERS = pathlib.Path(__file__).with_name("peers.tsv")


def label(detector):
    return LABELS.get(detector) or DOCUMENTS.get(detector.partition(".")[2])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the pii-milter to ask")
    parser.add_argument("--scorer", required=True, help="the program that compares: SCORER TRUTH FINDINGS")
    parser.add_argument("truth", nargs="+", help="labelled mail, one JSON object a line")
    arguments = parser.parse_args()
    for truth in arguments.truth:
        print(f"\n== {truth}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            score(arguments, truth, pathlib.Path(folder))


def score(arguments, truth, folder):
    mails = folder / "mails"
    mails.mkdir()
    with open(truth, encoding="utf-8") as lines:
        labelled = [json.loads(line) for line in lines if line.strip()]
    for mail in labelled:
        header = dict(mail.get("headers", {}))
        header |= {"MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8",
                   "Content-Transfer-Encoding": "8bit"}
        text = "".join(f"{name}: {value}\n" for name, value in header.items()) + "\n" + mail["text"]
        (mails / f"{mail['id']}.eml").write_bytes(text.encode())
    scanned = subprocess.run([arguments.program, "scan", "--json", mails], stdout=subprocess.PIPE, check=False)
    if scanned.returncode not in (0, 1):
        sys.exit(f"eval: scan ended with {scanned.returncode}")
    findings, unknown = folder / "findings.jsonl", set()
    with open(findings, "w", encoding="utf-8") as out:
        for line in scanned.stdout.splitlines():
            mail = json.loads(line)
            in_body = [found for found in mail["findings"] if found["part"] == "1" and found["confidence"] not in BELOW]
            unknown |= {found["detector"] for found in in_body if not label(found["detector"])}
            out.write(json.dumps({
                "id": pathlib.Path(mail["path"]).stem,
                "class": mail["level_index"],
                "findings": [
                    {"entity": label(found["detector"]), "start": found["start"], "end": found["end"]}
                    for found in in_body if label(found["detector"])
                ],
            }) + "\n")
    if unknown:
        print(f"eval: detectors without a label here, left out: {', '.join(sorted(unknown))}")
    figures = folder / "figures.json"
    subprocess.run([sys.executable, arguments.scorer, truth, findings, "--json", figures], check=True)
    beside_peers(json.loads(figures.read_text(encoding="utf-8")))


def beside_peers(figures):
    """Our precision/recall beside what others reach, on another set of the same kind."""
    with open(PEERS, encoding="utf-8") as lines:
        head, *rows = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#")]
    ours = {name: f"{one['precision']:.2f}/{one['recall']:.2f}" for name, one in figures["entities"].items()}
    ours |= {"micro F1": f"{figures['micro']['f1']:.3f}", "macro F1": f"{figures['macro_f1']:.3f}"}
    print(f"\nbeside others (theirs on the held-out set; {PEERS.name} says which versions)")
    for name, *cells in [head, *rows]:
        own = "pii-milter" if name == "entity" else ours.get(name, "-")
        print(f"{name:14}{own:>12}" + "".join(f"{cell:>19}" for cell in cells))


main()
