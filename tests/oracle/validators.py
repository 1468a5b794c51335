#!/usr/bin/env python3
"""Writes tests/validators.tsv: numbers, and what python-stdnum says of them.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install python-stdnum==2.2
    /tmp/oracle/bin/python tests/oracle/validators.py > tests/validators.tsv

All numbers are made by a seeded generator; none is anybody's. Where we are stricter than
python-stdnum, the extra condition stands here in its own words.
"""
import calendar
import random

import stdnum
from stdnum import ean, iban, luhn
from stdnum.be import bis, nn
from stdnum.ch import ssn
from stdnum.fr import nir
from stdnum.iso7064 import mod_97_10

SEED, GOOD, BAD = 7, 150, 250
random.seed(SEED)


def digits(n):
    return "".join(random.choice("0123456789") for _ in range(n))


def fix(make, valid, tail):
    """A number that is valid: random digits before a tail that is tried until it fits."""
    while True:
        head = make()
        for key in range(10**tail):
            number = f"{head}{key:0{tail}d}"
            if valid(number):
                return number


def spoil(number):
    """One character changed, or two neighbours swapped."""
    at = random.randrange(len(number) - 1)
    if random.random() < 0.5:
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return number[:at] + random.choice("0123456789") + number[at + 1 :]


def card_valid(number):
    """stdnum checks Luhn only; the ranges are those of the brands."""
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
    years = {nn._checksum(number) + int(number[:2])}
    return any(day <= calendar.monthrange(year, month)[1] for year in years)


def nir_head():
    month = random.choice([*range(1, 13), 20])
    place = random.choice(["2A", "2B", f"{random.randrange(1, 100):02d}"])
    return f"{random.choice('12')}{digits(2)}{month:02d}{place}{digits(6)}"


def be_head():
    month = random.randrange(0, 13) + random.choice([0, 0, 20, 40])
    # python-stdnum asks the clock which years have been; these have, and 27 to 99 are of 1900.
    return f"{random.choice([*range(0, 27), *range(41, 100)]):02d}{month:02d}{random.randrange(0, 33):02d}{digits(3)}"


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


TYPES = {
    "luhn": (lambda: fix(lambda: digits(random.randrange(5, 19)), luhn.is_valid, 1), luhn.is_valid),
    "ean13": (lambda: fix(lambda: random.choice(["756", ""]).ljust(3, "7") + digits(9), ean.is_valid, 1), ean.is_valid),
    "mod97": (lambda: fix(lambda: digits(12), mod_97_10.is_valid, 2), mod_97_10.is_valid),
    "iban": (iban_number, lambda number: iban.is_valid(number, check_country=False)),
    "card": (lambda: fix_card(), card_valid),
    "nir": (lambda: fix(nir_head, nir_valid, 2), nir_valid),
    "be-nn": (lambda: fix(be_head, be_valid, 2), be_valid),
}


def fix_card():
    while True:
        number = fix(card_head, luhn.is_valid, 1)
        if card_valid(number):
            return number


print(f"# Made by tests/oracle/validators.py with python-stdnum {stdnum.__version__}, seed {SEED}; synthetic numbers.")
print("# validator\tnumber\tverdict")
for name, (make, valid) in TYPES.items():
    for _ in range(GOOD):
        print(name, make(), "valid", sep="\t")
    for at in range(BAD):
        number = spoil(make()) if at % 2 else digits(len(make()))
        print(name, number, "valid" if valid(number) else "not", sep="\t")
assert ssn.is_valid("756.9217.0769.85")
