#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the mails of tests/cases/locked-*: files that other programs locked, with and without the password.

Needs pyzipper, py7zr, pikepdf and msoffcrypto-tool from PyPI, and zip. They salt by chance, so each run writes
other bytes. AHV 756.9217.0769.85 is the published specimen.
"""

import base64
import io
import pathlib
import random
import subprocess
import tempfile

import msoffcrypto.format.ooxml
import pikepdf
import py7zr
import pyzipper

import documents

CASES = pathlib.Path(__file__).parent / "cases"
PASSWORD = "Sömmer-26!"
ROW = f"Name;AHV\nAnna;{documents.AHV}\n"


def mail(case, name, document, body):
    text = base64.encodebytes(document).decode()
    folder = CASES / f"locked-{case}"
    folder.mkdir(exist_ok=True)
    (folder / "message.eml").write_text(f"""From: Anna Muster <anna@example.ch>
To: Beat Kunde <beat@kunde.example>
Date: Wed, 25 Nov 2026 10:00:00 +0100
Message-ID: <1@example.ch>
MIME-Version: 1.0
Subject: Unterlagen
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="{name}"
Content-Transfer-Encoding: base64

{text}--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{body}
--b--
""")


def zip_aes():
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(PASSWORD.encode())
        archive.writestr("liste.csv", ROW)
    return buffer.getvalue()


def zip_crypto():
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "liste.csv").write_text(ROW)
        subprocess.run(["zip", "-q", "-P", PASSWORD, "a.zip", "liste.csv"], cwd=folder, check=True)
        return pathlib.Path(folder, "a.zip").read_bytes()


def seven_zip(locks_names, password=PASSWORD):
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password=password, header_encryption=locks_names) as archive:
        archive.writestr(ROW, "liste.csv")
    return buffer.getvalue()


def pdf(revision):
    plain, locked = io.BytesIO(documents.pdf([f"AHV {documents.AHV}"])), io.BytesIO()
    lock = pikepdf.Encryption(owner="o", user=PASSWORD, R=revision, aes=revision >= 4, metadata=revision >= 4)
    pikepdf.open(plain).save(locked, encryption=lock)
    return locked.getvalue()


def office():
    locked = io.BytesIO()
    # msoffcrypto-tool goes wrong on what is smaller than 4 KB.
    filler = {"docProps/thumbnail.jpeg": random.Random(1).randbytes(5000)}
    plain = io.BytesIO(documents.docx(f"AHV {documents.AHV}", filler))
    document = msoffcrypto.format.ooxml.OOXMLFile(plain)
    plain.seek(0)
    document.encrypt(PASSWORD, locked)
    return locked.getvalue()


if __name__ == "__main__":
    told, silent = f"Guten Tag\n\nDas Passwort lautet: {PASSWORD}\n", "Guten Tag\n\nDas Passwort folgt per SMS.\n"
    mail("zip-aes", "a.zip", zip_aes(), told)
    mail("zip-crypto", "a.zip", zip_crypto(), told)
    mail("7z", "a.7z", seven_zip(False), told)
    mail("7z-names", "a.7z", seven_zip(True), told)
    mail("7z-names-silent", "a.7z", seven_zip(True), silent)
    mail("7z-open", "a.7z", seven_zip(False, None), silent)
    mail("zip-aes-silent", "a.zip", zip_aes(), silent)
    mail("pdf-3", "a.pdf", pdf(3), told)
    mail("pdf-6", "a.pdf", pdf(6), told)
    mail("docx", "a.docx", office(), told)
    mail("docx-silent", "a.docx", office(), silent)
