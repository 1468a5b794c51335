# SPDX-License-Identifier: GPL-3.0-or-later
"""The tricks: of each its group, tier, name, what must come of it, and what builds the mail from a value."""
import tricks_files
import tricks_headers
import tricks_lies
import tricks_office
import tricks_pages
import tricks_pdf
import tricks_shapes
import tricks_styles
import tricks_texts
import tricks_trees


def all_of(chance):
    for module in (tricks_texts, tricks_headers, tricks_trees, tricks_pages, tricks_files,
                   tricks_lies, tricks_shapes, tricks_styles, tricks_pdf, tricks_office):
        for group, entries in module.TRICKS.items():
            for name, entry in entries.items():
                # What is not said: mainstream programs show it, so it must be found.
                tier, must, build = entry if isinstance(entry, tuple) else ("base", "detect", entry)
                yield group, tier, name, must, lambda value, build=build: build(value, chance)
