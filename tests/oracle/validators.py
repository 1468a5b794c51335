#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/validators.tsv: numbers, and what python-stdnum says of them.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install python-stdnum==2.2
    /tmp/oracle/bin/python tests/oracle/validators.py > tests/validators.tsv

With a count, that many random numbers a type, for a comparison that is not kept; names of types behind
the count, and it is those types only. tests/oracle/million.sh does this for every type.

With --ids, the identifiers of a labelled file (one JSON object a line: entity, canon, valid):

    /tmp/oracle/bin/python tests/oracle/validators.py --ids ids.jsonl > /tmp/ids.tsv

All numbers are made by a seeded generator; none is anybody's. Where python-stdnum does not have a
number, a second implementation stands here, checked on published examples. Where we are stricter than
python-stdnum, or laxer, the condition stands here in its own words.
"""
import calendar
import datetime
import json
import random
import re
import string
import sys
import types

import stdnum
from stdnum import ean, iban, luhn, verhoeff
from stdnum.at import vnr
from stdnum.be import bis, nn
from stdnum.bg import egn
from stdnum.ch import ssn
from stdnum.cz import rc
from stdnum.de import idnr, stnr
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nif as spi
from stdnum.fr import nir
from stdnum.gb import nhs, utr
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.is_ import kennitala
from stdnum.iso7064 import mod_11_10, mod_97_10
from stdnum.it import codicefiscale
from stdnum.lt import asmens
from stdnum.lv import pvn
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import cc, nif
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.si import emso

SEED, GOOD, BAD, POOL = 7, 150, 250, 5000
random.seed(SEED)
LETTERS = string.ascii_uppercase


class Date(datetime.date):
    """python-stdnum asks the clock which years have been; we have none, and take 2040 for the last."""

    @classmethod
    def today(cls):
        return cls(2040, 12, 31)


for module in (nn, cpr, personnummer, fodselsnummer):
    module.datetime = types.SimpleNamespace(date=Date)


# What makes numbers.


def digits(n):
    return "".join(random.choice("0123456789") for _ in range(n))


def letters(n, pool=LETTERS):
    return "".join(random.choice(pool) for _ in range(n))


def fix(make, valid, tail=1, keys="0123456789"):
    """A number that is valid: a random head before a tail that is tried until it fits."""
    while True:
        head = make()
        tries = keys if tail == 1 else (f"{key:0{tail}d}" for key in range(10**tail))
        for key in tries:
            if valid(head + key):
                return head + key


def spoil(number):
    """One character changed into one of its kind, or two neighbours swapped."""
    at = random.randrange(len(number) - 1)
    if random.random() < 0.5:
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return number[:at] + scramble(number[at]) + number[at + 1 :]


def scramble(number):
    """A number of the same shape."""
    return "".join(digits(1) if c.isdigit() else letters(1) for c in number)


def born(form, first=1900, last=2026):
    """A date of birth, now and then one that is none."""
    year, month = random.randint(first, last), random.randint(1, 12)
    day = random.randint(1, calendar.monthrange(year, month)[1])
    if random.random() < 0.1:
        day = random.choice([0, 29, 30, 31, 32])
    parts = {"Y": f"{year:04d}", "y": f"{year % 100:02d}", "3": f"{year % 1000:03d}", "m": f"{month:02d}", "d": f"{day:02d}"}
    return year, month, "".join(parts[c] for c in form)


# What python-stdnum leaves out, or sees otherwise.


def card_valid(number):
    """Stricter: stdnum checks Luhn only; the ranges are those of the brands."""
    if not number[:4].isdigit():
        return False
    head, length = int(number[:4]), len(number)
    brands = [
        (4000, 4999, {13, 16, 19}), (5100, 5599, {16}), (2221, 2720, {16}), (3400, 3499, {15}),
        (3700, 3799, {15}), (3000, 3059, {14}), (3095, 3095, {14}), (3600, 3699, {14}),
        (3800, 3999, {14}), (3528, 3589, {16}), (6011, 6011, {16, 19}), (6440, 6599, {16, 19}),
        (6200, 6299, {16, 17, 18, 19}), (2200, 2204, {16}), (6761, 6763, {16}),
    ] + [(one, one, {16}) for one in (5018, 5020, 5038, 5893, 6304, 6759)]
    return luhn.is_valid(number) and any(a <= head <= b and length in n for a, b, n in brands)


def nir_valid(number):
    """Stricter: sex 1 or 2, month 01 to 12 or 20, no department 00."""
    if not nir.is_valid(number):
        return False
    return number[0] in "12" and int(number[3:5]) in (*range(1, 13), 20) and number[5:7] != "00"


def be_valid(number):
    """Stricter: a day that the month has, or 0; after month 0 a counter below 10."""
    if not (nn.is_valid(number) or bis.is_valid(number)):
        return False
    month, day = int(number[2:4]) % 20, int(number[4:6])
    if month == 0:
        return day < 10
    if day == 0:
        return True
    years = {nn._checksum(number) + int(number[:2])}
    return any(day <= calendar.monthrange(year, month)[1] for year in years)


def day_of(year, month, day):
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def short(year):
    """A year of two digits as one of four, for leap years: 00 is 2000."""
    return 2000 + year


def lu_valid(number):
    """Not in stdnum: its Luhn and its Verhoeff, and a date from 1850 to 2040, month or day perhaps 00."""
    if not re.fullmatch(r"\d{13}", number):
        return False
    year, month, day = int(number[:4]), int(number[4:6]) or 1, int(number[6:8]) or 1
    checks = luhn.is_valid(number[:12]) and verhoeff.is_valid(number[:11] + number[12])
    return checks and 1850 <= year <= 2040 and day_of(year, month, day)


def rvnr_valid(number):
    """Not in stdnum. VKVV, section 2 and annex."""
    if not re.fullmatch(r"\d{8}[A-Z]\d{3}", number):
        return False
    regions = "02 03 04 08 09 10 11 12 13 14 15 16 17 18 19 20 21 23 24 25 26 28 29".split()
    areas = regions + [str(int(area) + 40) for area in regions] + "38 39 40 78 79 80 81 82 89".split()
    areas = set(areas) - {"78", "79"}
    plain = number[:8] + f"{LETTERS.index(number[8]) + 1:02d}" + number[9:11]
    products = [int(d) * f for d, f in zip(plain, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1))]
    check = sum(sum(map(int, str(p))) for p in products) % 10 == int(number[11])
    return check and number[:2] in areas and int(number[2:4]) <= 31 and int(number[4:6]) <= 12


def kvnr_valid(number):
    """Not in stdnum. SGB V, section 290: Luhn-like, from the left, weights 1 and 2."""
    if not re.fullmatch(r"[A-Z]\d{9}", number):
        return False
    plain = f"{ord(number[0]) - 64:02d}" + number[1:9]
    total = sum(sum(divmod(int(d) * (1 + at % 2), 10)) for at, d in enumerate(plain))
    return total % 10 == int(number[9])


def nino_valid(number):
    """Not in stdnum. HMRC NIM39110, as one pattern."""
    return bool(re.fullmatch(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]", number))


def taj_valid(number):
    """Not in stdnum. Odd places times 3, even places times 7."""
    if not re.fullmatch(r"\d{9}", number) or number == "000000000":
        return False
    return (3 * sum(map(int, number[0:8:2])) + 7 * sum(map(int, number[1:8:2]))) % 10 == int(number[8])


def rib_valid(number):
    """Not in stdnum. 97 less (89 bank + 15 branch + 3 account) modulo 97."""
    if not re.fullmatch(r"\d{10}[0-9A-Z]{11}\d{2}", number):
        return False
    plain = number.translate(str.maketrans(LETTERS, "12345678912345678923456789"))
    bank, branch, account, key = int(plain[:5]), int(plain[5:10]), int(plain[10:21]), int(plain[21:])
    # A key of 97 less 97 is 00 in the one form and 97 in the other; both leave nothing.
    return (97 - (89 * bank + 15 * branch + 3 * account) % 97 - key) % 97 == 0


def bare(module, size):
    """Without the country before it."""
    return lambda number: bool(re.fullmatch(r"\d{%d}" % size, number)) and module.is_valid(number)


def cf_valid(number):
    """Stricter: a company's eleven digits are none, and no day of a woman is above 71."""
    if len(number) != 16 or not codicefiscale.is_valid(number):
        return False
    digit = lambda c: c if c.isdigit() else str("LMNPQRSTUV".index(c))
    return int(digit(number[9]) + digit(number[10])) <= 71


def vnr_valid(number):
    """Stricter: stdnum leaves the date out; months 13 to 15 are for days without serial numbers."""
    if not vnr.is_valid(number):
        return False
    day, month, year = int(number[4:6]), int(number[6:8]), int(number[8:])
    return 1 <= day <= 31 if 13 <= month <= 15 else day_of(short(year), month, day)


def bsn_valid(number):
    """Stricter: not less than eight digits."""
    return len(number) in (8, 9) and bsn.is_valid(number)


def nhs_valid(number):
    """Stricter: not all 0."""
    return nhs.is_valid(number) and number != "0000000000"


def utr_valid(number):
    """Stricter: without the K."""
    return len(number) == 10 and utr.is_valid(number)


def nif_valid(number):
    """Stricter: persons only."""
    return len(number) == 9 and nif.is_valid(number) and (number[0] in "123" or number[:2] == "45")


def cc_valid(number):
    """Stricter: twelve characters, of which the ninth is a digit."""
    return bool(re.fullmatch(r"\d{9}[A-Z0-9]{2}\d", number)) and cc.is_valid(number)


def pesel_valid(number):
    """Stricter: nobody is born in 2100 yet."""
    return pesel.is_valid(number) and int(number[2:4]) // 20 in (0, 1, 4)


def rc_valid(number):
    """Stricter: only the months that are given out; with nine digits, from 1900."""
    if not rc.is_valid(number):
        return False
    month = int(number[2:4])
    given = {m + plus for m in range(1, 13) for plus in (0, 20, 50, 70)}
    return month in given and (len(number) == 10 or int(number[:2]) <= 53)


def emso_valid(number):
    """Stricter: born between 1850 and 2040."""
    return emso.is_valid(number) and not 40 < int(number[4:7]) < 850


def se_valid(number):
    """Laxer: the samordningsnummer too, whose day is 60 more. Stricter: born from 1800 to 2099."""
    if not re.fullmatch(r"(1[89]|20)?\d{10}", number) or not luhn.is_valid(number[-10:]):
        return False
    day = int(number[-6:-4])
    date = f"{number[:-6]}{day - 60 if day > 60 else day:02d}{number[-4:]}"
    try:
        personnummer.get_birth_date(date)
    except Exception:
        return False
    return True


def hetu_valid(number):
    """The hyphen, which is no part of a candidate, put back."""
    return hetu.is_valid(f"{number[:6]}-{number[6:]}" if len(number) == 10 else number)


def kennitala_valid(number):
    """Stricter: persons only."""
    return kennitala.is_valid(number) and number[0] in "0123"


def ik_valid(number):
    """Stricter: born from 1900 to 2099."""
    return ik.is_valid(number) and number[0] in "3456"


def asmens_valid(number):
    """Stricter: born from 1900 to 2099, or without a date."""
    return asmens.is_valid(number) and number[0] in "34569"


def pk_valid(number):
    """Stricter: persons only, born before 2100."""
    return pvn.is_valid(number) and len(number) == 11 and (number[:2] == "32" or (number[0] <= "3" and number[6] in "012"))


def nir_head():
    month = random.choice([*range(1, 13), 20])
    place = random.choice(["2A", "2B", f"{random.randrange(1, 100):02d}"])
    return f"{random.choice('12')}{digits(2)}{month:02d}{place}{digits(6)}"


def be_head():
    month = random.randrange(0, 13) + random.choice([0, 0, 20, 40])
    return f"{random.randrange(100):02d}{month:02d}{random.randrange(0, 33):02d}{digits(3)}"


def iban_number():
    country, info = random.choice(ibans)
    account = ""
    for count, kind in iban._struct_re.findall(info):
        pool = {"n": "0123456789", "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}.get(kind, "0123456789ABCXYZ")
        account += "".join(random.choice(pool) for _ in range(int(count)))
    return country + iban.calc_check_digits(country + "00" + account) + account


ibans = [
    (number, info["bban"])
    for number in (a + b for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for info in [iban._ibandb.info(number)[0][1]]
    if info
]

cards = ["4", "51", "55", "2221", "2720", "34", "37", "36", "300", "3095", "38", "3528", "6011", "65", "62", "6759", "2200", "9"]


def card_head():
    head = random.choice(cards)
    return head + digits(random.choice([12, 13, 14, 15, 15, 15, 18]) - len(head))


def cf_head():
    """A codice fiscale without its check letter, some with letters in place of digits."""
    year, month, _ = born("y")
    day = random.randint(1, 31) + random.choice([0, 40])
    head = letters(6) + f"{year % 100:02d}" + "ABCDEHLMPRST"[month - 1] + f"{day:02d}" + letters(1) + digits(3)
    if random.random() < 0.2:
        at = random.choice([6, 7, 9, 10, 12, 13, 14])
        head = head[:at] + "LMNPQRSTUV"[int(head[at])] + head[at + 1 :]
    return head


def idnr_head():
    """Ten digits, one of them twice or three times."""
    pool = random.sample("0123456789", 10)
    times = random.choice([2, 3])
    chosen = pool[: 10 - times + 1] + [pool[0]] * (times - 1)
    random.shuffle(chosen)
    return "".join(chosen)


def date(form, first=1900, last=2026):
    return lambda: born(form, first, last)[2]


def moved(form, at, shifts):
    """A date with something added to the two digits at `at`, by century."""

    def make():
        year, _, text = born(form, 1890)
        return text[:at] + f"{(int(text[at:at + 2]) + random.choice(shifts[year // 100])) % 100:02d}" + text[at + 2 :]

    return make


def join(*makes):
    return lambda: "".join(make() for make in makes)


def some(n):
    return lambda: digits(n)


def any_of(*choices):
    return lambda: random.choice(choices)


def lu_number():
    head = born("Ymd", 1850)[2] + digits(3)
    return head + luhn.calc_check_digit(head) + verhoeff.calc_check_digit(head)


def lu_valid_number():
    while not lu_valid(number := lu_number()):
        pass
    return number


def fi_head():
    year, _, text = born("dmy")
    signs = "UVWXY" if year < 2000 else "ABCDEF"
    sign = random.choice(signs) if year >= 2000 or random.random() < 0.5 else ""
    return text + sign + f"{random.randrange(2, 900):03d}"


def lv_head():
    if random.random() < 0.3:
        return "32" + digits(8)
    year, _, text = born("dmy", 1880)
    return text + str(year // 100 - 18) + digits(3)


def century(form, first):
    """A date behind the digit that says sex and century."""

    def make():
        year, _, text = born(form, 1900)
        return random.choice(first[year // 100]) + text

    return make


def fixed(make, valid, tail=1, keys="0123456789"):
    return lambda: fix(make, valid, tail, keys)


def with_check(head, check, tail, valid):
    """A number whose check digits stand in its middle."""

    def make():
        while True:
            one, two = head(), tail()
            for key in range(10**check):
                if valid(number := f"{one}{key:0{check}d}{two}"):
                    return number

    return make


def steuernummer():
    """Of every form, right and wrong."""
    return random.choice([digits(9), digits(12), digits(13), digits(14), digits(10), digits(11), random.choice(["28", "11", "30", "21", "41"]) + digits(2) + "0" + digits(8), "9" + digits(3) + "0" + digits(8)])


# The validator, what makes a valid number, and what says whether one is.
TYPES = {
    "luhn": (lambda: fix(lambda: digits(random.randrange(5, 19)), luhn.is_valid), luhn.is_valid),
    "verhoeff": (lambda: fix(lambda: digits(random.randrange(5, 19)), verhoeff.is_valid), verhoeff.is_valid),
    "ean13": (lambda: fix(lambda: random.choice(["756", "777"]) + digits(9), ean.is_valid), ean.is_valid),
    "mod97": (fixed(some(12), mod_97_10.is_valid, 2), mod_97_10.is_valid),
    "mod11-10": (lambda: fix(lambda: digits(random.randrange(5, 19)), mod_11_10.is_valid), mod_11_10.is_valid),
    "iban": (iban_number, lambda number: iban.is_valid(number, check_country=False)),
    "card": (lambda: fix_card(), card_valid),
    "rib": (fixed(join(some(10), lambda: scramble(random.choice(["00000000000", "0000A00000B"]))), rib_valid, 2), rib_valid),
    "nir": (lambda: (head := nir_head()) + nir.calc_check_digits(head), nir_valid),
    "fr-spi": (lambda: (head := random.choice("0123") + digits(9)) + spi.calc_check_digits(head), spi.is_valid),
    "be-nn": (lambda: fix(be_head, be_valid, 2), be_valid),
    "lu-matricule": (lu_valid_number, lu_valid),
    "bsn": (lambda: fix(lambda: digits(random.choice([7, 8, 8])), bsn_valid), bsn_valid),
    "nhs": (fixed(some(9), nhs_valid), nhs_valid),
    "nino": (fixed(join(lambda: letters(2), some(6)), nino_valid, keys="ABCD"), nino_valid),
    "utr": (with_check(any_of(""), 1, some(9), utr_valid), utr_valid),
    "pps": (lambda: with_second_letter(), pps.is_valid),
    "de-idnr": (fixed(idnr_head, idnr.is_valid), idnr.is_valid),
    "de-rvnr": (fixed(join(any_of("02", "13", "26", "38", "53", "65", "80", "22", "70"), date("dmy"), lambda: letters(1), some(2)), rvnr_valid), rvnr_valid),
    "de-kvnr": (fixed(join(lambda: letters(1), some(8)), kvnr_valid), kvnr_valid),
    "de-stnr": (steuernummer, stnr.is_valid),
    "at-vnr": (with_check(join(any_of(*"123456789"), some(2)), 1, moved("dmy", 2, {18: [0], 19: [0, 0, 0, 3, 12], 20: [0]}), vnr_valid), vnr_valid),
    "pesel": (fixed(join(moved("ymd", 2, {18: [80], 19: [0], 20: [20, 20, 40]}), some(4)), pesel_valid), pesel_valid),
    "rodne-cislo": (lambda: rc_number(), rc_valid),
    "emso": (fixed(join(date("dm3", 1880), any_of("50", "10", "71"), some(3)), emso_valid), emso_valid),
    "taj": (fixed(some(8), taj_valid), taj_valid),
    "codice-fiscale": (fixed(cf_head, cf_valid, keys=LETTERS), cf_valid),
    "dni": (fixed(some(8), dni.is_valid, keys=LETTERS), dni.is_valid),
    "nie": (fixed(join(any_of(*"XYZ"), some(7)), nie.is_valid, keys=LETTERS), nie.is_valid),
    "pt-nif": (fixed(join(any_of("1", "2", "3", "45"), lambda: digits(7)), nif_valid), nif_valid),
    "pt-cc": (fixed(join(some(9), lambda: random.choice([letters(2), scramble("A1")])), cc_valid), cc_valid),
    "cnp": (fixed(join(century("ymd", {19: "1278", 20: "56"}), lambda: f"{random.randrange(1, 53):02d}", some(3)), cnp.is_valid), cnp.is_valid),
    "egn": (fixed(join(moved("ymd", 2, {18: [20], 19: [0], 20: [40]}), some(3)), egn.is_valid), egn.is_valid),
    "oib": (fixed(some(10), bare(oib, 11)), bare(oib, 11)),
    "amka": (fixed(join(date("dmy"), some(4)), amka.is_valid), amka.is_valid),
    "personnummer": (fixed(lambda: se_head(), se_valid), se_valid),
    "cpr": (lambda: fix(join(date("dmy"), some(3)), cpr.is_valid), cpr.is_valid),
    "hetu": (fixed(fi_head, hetu_valid, keys="0123456789ABCDEFHJKLMNPRSTUVWXY"), hetu_valid),
    "fodselsnummer": (fixed(lambda: no_head(), fodselsnummer.is_valid, 2), fodselsnummer.is_valid),
    "kennitala": (with_check(join(date("dmy"), some(2)), 1, any_of("9", "0"), kennitala_valid), kennitala_valid),
    "isikukood": (fixed(join(century("ymd", {19: "34", 20: "56"}), some(3)), ik_valid), ik_valid),
    "asmens-kodas": (fixed(lambda: random.choice([join(century("ymd", {19: "34", 20: "56"}), some(3)), join(any_of("9"), some(9))])(), asmens_valid), asmens_valid),
    "personas-kods": (fixed(lv_head, pk_valid), pk_valid),
}

# Of identifiers of a labelled file, by the names they have there.
LABELS = {
    "CH_AHV": "ean13", "CH_VEKA": "luhn", "FR_NIR": "nir", "FR_SPI": "fr-spi", "BE_NRN": "be-nn", "LU_MATRICULE": "lu-matricule",
    "DE_IDNR": "de-idnr", "DE_RVNR": "de-rvnr", "DE_KVNR": "de-kvnr", "AT_SVNR": "at-vnr", "IT_CF": "codice-fiscale", "NL_BSN": "bsn",
    "UK_NHS": "nhs", "UK_NINO": "nino", "UK_UTR": "utr", "IE_PPSN": "pps", "ES_DNI": "dni", "ES_NIE": "nie", "PT_NIF": "pt-nif",
    "PT_CC": "pt-cc", "PL_PESEL": "pesel", "SE_PNR": "personnummer", "DK_CPR": "cpr", "FI_HETU": "hetu", "NO_FNR": "fodselsnummer",
    "IS_KT": "kennitala", "CZ_RC": "rodne-cislo", "SI_EMSO": "emso", "HU_TAJ": "taj", "RO_CNP": "cnp", "BG_EGN": "egn", "HR_OIB": "oib",
    "GR_AMKA": "amka", "EE_IK": "isikukood", "LT_AK": "asmens-kodas", "LV_PK": "personas-kods", "CARD": "card", "IBAN": "iban",
}


def with_second_letter():
    second = random.choice(["", "A", "B", "H", "W"])
    while True:
        head = digits(7)
        for check in LETTERS:
            if pps.is_valid(head + check + second):
                return head + check + second


def rc_number():
    if random.random() < 0.2:
        return born("ymd", 1900, 1953)[2] + digits(3)
    return fix(join(moved("ymd", 2, {18: [0], 19: [0, 50], 20: [0, 20, 50, 70, 40]}), some(3)), rc_valid)


def se_head():
    year, _, text = born("ymd", 1890)
    if random.random() < 0.2:
        text = text[:4] + f"{int(text[4:]) + 60:02d}"
    return (str(year // 100) if random.random() < 0.5 else "") + text + digits(3)


def no_head():
    year, _, text = born("dmy", 1890)
    move = random.choice([(0, 0), (0, 0), (40, 0), (0, 40)])
    return f"{int(text[:2]) + move[0]:02d}{int(text[2:4]) + move[1]:02d}{text[4:]}{digits(3)}"


def fix_card():
    while True:
        number = fix(card_head, luhn.is_valid)
        if card_valid(number):
            return number


def good(name):
    make, valid = TYPES[name]
    while not valid(number := make()):
        pass
    return number


def published():
    """Numbers that official documents and articles about them print."""
    assert ssn.is_valid("756.9217.0769.85")
    assert lu_valid("1893120105732")
    assert rvnr_valid("65170839J003") and rvnr_valid("15070649C103")
    assert kvnr_valid("A123456780")
    assert nino_valid("AB123456C") and not nino_valid("QQ123456C")
    assert taj_valid("111111110")
    assert pk_valid("32503511782")
    assert rib_valid("20041010050500013M02606")
    assert luhn.is_valid("80756000080000000000"[:19] + luhn.calc_check_digit("8075600008000000000"))


def write(count, names):
    print(f"# Made by tests/oracle/validators.py with python-stdnum {stdnum.__version__}, seed {SEED}; synthetic numbers.")
    print("# validator\tnumber\tverdict")
    for name, (make, valid) in TYPES.items():
        if names and name not in names:
            continue
        goods = [good(name) for _ in range(min(count, POOL) or GOOD)]
        for number in goods:
            print(name, number, "valid", sep="\t")
        # Of a few that are made, very many others.
        pool = [make() for _ in range(POOL)] if count else []
        for at in range(count or BAD):
            number = pool[at % POOL] if pool else make()
            number = spoil(number) if at % 2 else scramble(number)
            print(name, number, "valid" if valid(number) else "not", sep="\t")


def write_ids(path):
    for line in open(path, encoding="utf-8"):
        entry = json.loads(line)
        if name := LABELS.get(entry["entity"]):
            number = re.sub(r"[^0-9A-Z]", "", entry["canon"].upper())
            print(name, number, "valid" if entry["valid"] else "not", sep="\t")


published()
if sys.argv[1:2] == ["--ids"]:
    write_ids(sys.argv[2])
else:
    write(int(sys.argv[1]) if sys.argv[1:] else 0, sys.argv[2:])
