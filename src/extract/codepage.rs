// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns bytes of a Windows code page into text.

use encoding_rs::Encoding;

use crate::message::charset;

/// The code page of western Windows.
pub(super) const WESTERN: u32 = 1252;

/// The text of bytes in a code page, by its number (Microsoft, "Code Page Identifiers").
pub(super) fn decode(bytes: &[u8], page: u32) -> String {
    if bytes.is_ascii() && !matches!(page, 1200 | 1201 | 50_220..=50_222) {
        return bytes.iter().map(|byte| char::from(*byte)).collect();
    }
    let label = label(page);
    match Encoding::for_label(label.as_bytes()) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        None => charset::decode(bytes, Some(&label)),
    }
}

/// Text that says nothing of its charset: UTF-8 where it can be, else that of western Windows.
pub(super) fn western(bytes: &[u8]) -> String {
    charset::decode(bytes, Some("windows-1252"))
}

/// The name under which the Encoding Standard, or a mailer, knows the page.
pub(super) fn label(page: u32) -> String {
    let name = match page {
        437 | 850 | 852 | 855 | 857 | 858 | 860..=865 | 869 => return format!("cp{page}"),
        874 => "windows-874",
        932 => "shift_jis",
        936 | 54_936 => "gb18030",
        949 | 1361 | 51_949 => "euc-kr",
        950 => "big5",
        866 => "ibm866",
        1200 => "utf-16le",
        1201 => "utf-16be",
        10_000 => "macintosh",
        10_007 => "x-mac-cyrillic",
        20_866 => "koi8-r",
        21_866 => "koi8-u",
        50_220..=50_222 => "iso-2022-jp",
        51_932 => "euc-jp",
        65_000 => "utf-7",
        65_001 => "utf-8",
        1250..=1258 => return format!("windows-{page}"),
        28_591..=28_606 => return format!("iso-8859-{}", page - 28_590),
        _ => "windows-1252",
    };
    name.to_owned()
}

/// The code page of a font's character set; none for the default one and for symbols.
pub(super) fn of_charset(charset: i32) -> Option<u32> {
    Some(match charset {
        77 => 10_000,
        128 => 932,
        129 => 949,
        130 => 1361,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        254 => 437,
        255 => 850,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_pages_by_number() {
        for (bytes, page, text) in [
            (&b"M\xfcller"[..], 1252, "Müller"),
            (b"M\x81ller", 850, "Müller"),
            (b"\xcf\xf0\xe8", 1251, "При"),
            (b"\x93\xfa\x96\x7b", 932, "日本"),
            (b"\xc9", 65_001, "\u{fffd}"),
            (b"M\x9fller", 10_000, "Müller"),
            (b"M\xfcller", 99, "Müller"),
        ] {
            assert_eq!(decode(bytes, page), text, "{page}");
        }
    }
}
