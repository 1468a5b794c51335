// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns the control words of RTF into what they do: where text belongs, its charset, a character.

use super::{Goal, Reader};
use crate::extract::codepage::{self, WESTERN};

impl Reader<'_> {
    /// The first word of a group, if it says where its text belongs.
    pub(super) fn destination(&mut self, word: &str) -> bool {
        let goal = match word {
            "fonttbl" => Goal::Fonts,
            "sn" => {
                self.name.clear();
                Goal::Name
            }
            "sv" if ["wz", "gtext"]
                .iter()
                .any(|kind| self.name.starts_with(kind)) =>
            {
                Goal::Aside
            }
            "fldinst" | "title" | "subject" | "author" | "operator" | "keywords" | "doccomm"
            | "comment" | "company" | "manager" | "category" | "hlinkbase" | "propname"
            | "staticval" | "docvar" | "ffdeftext" | "ffl" | "ffhelptext" | "ffstattext"
            | "ffname" | "atnauthor" | "atnid" | "revtbl" | "xe" | "tc" | "footnote"
            | "annotation" => Goal::Aside,
            "object" | "result" | "shp" | "shpinst" | "shptxt" | "do" | "moMath" | "upr" | "ud"
            | "fldrslt" | "field" => return self.is_optional,
            "pict" => {
                self.read.holds_picture = true;
                Goal::Nothing
            }
            "objdata" => {
                self.read.holds_object = true;
                Goal::Nothing
            }
            "colortbl" | "stylesheet" | "listtable" | "listoverridetable" | "filetbl"
            | "nonesttables" | "sv" | "objclass" | "objname" | "creatim" | "revtim" | "printim"
            | "buptim" | "pntxta" | "pntxtb" | "levelnumbers" | "leveltext" => Goal::Nothing,
            _ if self.is_optional => Goal::Nothing,
            _ => return false,
        };
        // What stands in something that nobody reads is not read either, but for what is said of a
        // picture.
        let is_said = matches!(word, "sn" | "sv");
        if is_said || !matches!(self.group.goal, Goal::Nothing | Goal::Fonts) {
            self.group.goal = goal;
        }
        true
    }

    /// What a control word does, with its number.
    pub(super) fn format(&mut self, word: &str, number: Option<i32>) {
        let value = number.unwrap_or(0);
        let is_on = number != Some(0);
        match word {
            "par" | "line" | "sect" | "page" | "column" | "row" | "nestrow" | "softline" => {
                self.put("\n");
            }
            "cell" | "nestcell" | "tab" => self.put("\t"),
            "u" => self.unicode(value),
            "uc" => self.group.unicode_skip = usize::try_from(value).unwrap_or(0).min(64),
            "bin" => self.at = self.at.saturating_add(usize::try_from(value).unwrap_or(0)),
            "v" => self.group.is_hidden = is_on,
            "plain" => {
                self.group.is_hidden = false;
                self.font(self.default_font);
            }
            "f" => self.font(value),
            "deff" => self.default_font = value,
            "ansicpg" => self.default_page(u32::try_from(value).unwrap_or(WESTERN)),
            "mac" => self.default_page(10_000),
            "pc" => self.default_page(437),
            "pca" => self.default_page(850),
            "fcharset" if self.group.goal == Goal::Fonts => {
                if let Some(page) = codepage::of_charset(value) {
                    self.fonts.insert(self.font, page);
                }
            }
            "cpg" if self.group.goal == Goal::Fonts => {
                if let Ok(page) = u32::try_from(value) {
                    self.fonts.insert(self.font, page);
                }
            }
            "emdash" => self.put("—"),
            "endash" => self.put("–"),
            "emspace" | "enspace" | "qmspace" => self.put(" "),
            "bullet" => self.put("•"),
            "lquote" => self.put("‘"),
            "rquote" => self.put("’"),
            "ldblquote" => self.put("“"),
            "rdblquote" => self.put("”"),
            _ => {}
        }
    }

    /// Takes a font, whose charset it is from here on.
    pub(super) fn font(&mut self, font: i32) {
        self.font = font;
        if self.group.goal != Goal::Fonts {
            let page = self.fonts.get(&font).copied();
            self.group.page = page.unwrap_or(self.default_page);
        }
    }

    fn default_page(&mut self, page: u32) {
        self.default_page = page;
        self.group.page = page;
    }

    /// One UTF-16 unit, and what stands there for readers that do not know it.
    fn unicode(&mut self, value: i32) {
        if self.high.is_none() {
            self.flush();
        }
        self.skip = self.group.unicode_skip;
        let Ok(unit) = u32::try_from(if value < 0 { value + 0x1_0000 } else { value }) else {
            return;
        };
        let code = match (self.high.take(), unit) {
            (_, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                return;
            }
            (Some(high), 0xdc00..=0xdfff) => 0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00),
            // Symbol fonts stand in the private area; their ASCII reads as such.
            (_, 0xf020..=0xf07e) => unit - 0xf000,
            _ => unit,
        };
        if let Some(c) = char::from_u32(code).filter(|c| *c != '\0') {
            self.put(c.encode_utf8(&mut [0; 4]));
        }
    }
}
