// SPDX-License-Identifier: GPL-3.0-or-later
//! Archives in, texts and reasons out.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use memchr::memmem;

use super::super::tests::{reasons, texts};
use super::super::{Budget, Extract, document};
use super::*;
use crate::message::Limits;

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A file as it stands in an archive: name, flags, method, packed bytes.
type File<'a> = (&'a str, u16, u16, Vec<u8>);

/// An archive of these files, packed as they are.
fn raw_zip(files: &[File<'_>]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, flags, method, data) in files {
        let offset = u32::try_from(bytes.len()).unwrap();
        let size = u32::try_from(data.len()).unwrap().to_le_bytes();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let mut common = [flags.to_le_bytes(), method.to_le_bytes()].concat();
        common.extend([0; 8]);
        common.extend([size, size].concat());
        common.extend([length, [0, 0]].concat());
        bytes.extend(b"PK\x03\x04\x14\0");
        bytes.extend(&common);
        bytes.extend(name.as_bytes());
        bytes.extend(data);
        directory.extend(b"PK\x01\x02\x14\0\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let size = u32::try_from(directory.len()).unwrap().to_le_bytes();
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count, count].concat());
    bytes.extend([size, start].concat());
    bytes.extend([0, 0]);
    bytes
}

/// An archive of these files, deflated.
pub(in crate::extract) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let packed = files
        .iter()
        .map(|(name, bytes)| (*name, 0, 8, deflate(bytes)));
    raw_zip(&packed.collect::<Vec<_>>())
}

fn read(bytes: &[u8]) -> Extract {
    document("a.zip", bytes, &Budget::default())
}

#[test]
fn members_are_read_however_deep() {
    let inner = zip(&[("c.txt", b"three")]);
    let packed = gzip(b"two");
    let outer = zip(&[
        ("d/a.txt", b"one"),
        ("b.csv.gz", &packed),
        ("in.zip", &inner),
    ]);
    let read = read(&outer);
    let expected = [
        ("name:1/a.zip", "d/a.txt\nb.csv.gz\nin.zip"),
        ("1/a.zip/d/a.txt", "one"),
        ("1/a.zip/b.csv.gz/b.csv", "two"),
        ("name:1/a.zip/in.zip", "c.txt"),
        ("1/a.zip/in.zip/c.txt", "three"),
    ];
    assert_eq!(texts(&read), expected);
    assert_eq!(reasons(&read), []);
}

#[test]
fn the_bytes_tell_not_the_name() {
    let read = document("list.txt", &zip(&[("a", b"one")]), &Budget::default());
    assert_eq!(texts(&read)[1], ("1/list.txt/a", "one"));
}

#[test]
fn every_method_is_unpacked() {
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    bzip2.write_all(b"two").unwrap();
    let bzip2 = bzip2.finish().unwrap();
    // `printf three | zstd`, `printf four | xz --check=crc32`.
    let zstd = &[
        0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x29, 0x00, 0x00, 0x74, 0x68, 0x72, 0x65, 0x65, 0x14,
        0x0d, 0xab, 0x11,
    ];
    let xz = &[
        0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x01, 0x69, 0x22, 0xde, 0x36, 0x02, 0x00, 0x21,
        0x01, 0x16, 0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0x01, 0x00, 0x03, 0x66, 0x6f, 0x75,
        0x72, 0x00, 0x7d, 0x66, 0xc1, 0x90, 0x00, 0x01, 0x18, 0x04, 0x6b, 0xe9, 0xf0, 0xa5, 0x90,
        0x42, 0x99, 0x0d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x01, 0x59, 0x5a,
    ];
    let raw = raw_zip(&[
        ("stored", 0, 0, b"one".to_vec()),
        ("bzip2", 0, 12, bzip2),
        ("odd", 0, 98, b"x".to_vec()),
        ("zstd", 0, 93, zstd.to_vec()),
        ("xz", 0, 95, xz.to_vec()),
    ]);
    let read = read(&raw);
    assert_eq!(
        texts(&read)[1..3],
        [("1/a.zip/stored", "one"), ("1/a.zip/bzip2", "two")]
    );
    assert_eq!([texts(&read)[3].1, texts(&read)[4].1], ["three", "four"]);
    assert_eq!(reasons(&read)[0], ("1/a.zip/odd", Why::Unreadable));
}

#[test]
fn protection_is_told() {
    let raw = raw_zip(&[
        ("old", 1, 8, b"0123456789abcdef".to_vec()),
        ("aes", 1, 99, b"0123456789abcdef".to_vec()),
    ]);
    let expected = [
        ("1/a.zip/old", Why::WeaklyEncrypted),
        ("1/a.zip/aes", Why::Encrypted),
    ];
    assert_eq!(reasons(&read(&raw)), expected);
}

#[test]
fn what_the_directory_does_not_list_is_read_too() {
    let first = zip(&[("hidden.txt", b"hidden")]);
    let both = [first.as_slice(), &zip(&[("a.txt", b"one")])].concat();
    let read_both = read(&both);
    let contents: Vec<&str> = texts(&read_both).iter().map(|(_, text)| *text).collect();
    assert_eq!(contents, ["a.txt\nhidden.txt", "one", "hidden"]);
}

#[test]
fn a_cut_archive_is_read_as_far_as_it_goes() {
    let whole = zip(&[("a.txt", b"one"), ("b.txt", &b"text ".repeat(1000))]);
    let directory = memmem::find(&whole, b"PK\x01\x02").unwrap();
    let cut = read(&whole[..directory]);
    assert_eq!(texts(&cut)[1], ("1/a.zip/a.txt", "one"));
    assert_eq!(texts(&cut)[2].1.len(), 5000);
    assert_eq!(reasons(&cut), [("1", Why::Partly)]);
    // All but the length of a comment that is not there.
    for length in 4..whole.len() - 2 {
        assert!(!read(&whole[..length]).unreadable.is_empty(), "{length}");
    }
}

#[test]
fn an_empty_archive_is_nothing() {
    let read = read(&raw_zip(&[]));
    assert_eq!((read.texts.len(), read.unreadable.len()), (0, 0));
}

/// The end record says where the directory is; where it is not there, the archive is damaged.
#[test]
fn a_directory_that_is_elsewhere_is_told() {
    let mut bytes = zip(&[("a.txt", b"one")]);
    let end = bytes.len() - 22;
    bytes.insert(end, b'x');
    bytes[end + 1 + 16..end + 1 + 20].copy_from_slice(&[0xc3, 1, 0x70, 0x65]);
    let read = read(&bytes);
    assert_eq!(reasons(&read), [("1", Why::Partly)]);
    assert!(read.texts.iter().any(|text| text.content == "one"));
}

#[test]
fn a_bomb_ends_at_the_ratio() {
    let bomb = zip(&[("zeros", &vec![b'0'; 11 << 20])]);
    let read = read(&bomb);
    assert_eq!(reasons(&read), [("1/a.zip/zeros", Why::OverBudget)]);
    assert!(read.unreadable[0].detail.contains("200 times"));
    let budget = Budget {
        ratio: 2000,
        ..Budget::default()
    };
    assert_eq!(reasons(&document("a.zip", &bomb, &budget)), []);
}

#[test]
fn the_budget_of_unpacked_bytes_is_kept() {
    let archive = zip(&[("a", &[b'a'; 6000]), ("b", &[b'b'; 6000])]);
    let unpacked = 10_000 + u64::try_from(archive.len()).unwrap();
    let budget = Budget {
        unpacked,
        ..Budget::default()
    };
    let read = document("a.zip", &archive, &budget);
    assert_eq!(reasons(&read), [("1/a.zip/b", Why::OverBudget)]);
}

#[test]
fn the_room_in_memory_is_kept() {
    let mut noise = Vec::new();
    let mut state = 1_u32;
    while noise.len() < 1 << 20 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.push(b"0123456789abcdef"[usize::try_from(state >> 28).unwrap()]);
    }
    let names: Vec<String> = (0..100).map(|n| format!("{n}.txt")).collect();
    let files: Vec<File<'_>> = names.iter().map(|n| (&**n, 0, 0, noise.clone())).collect();
    let read = read(&raw_zip(&files));
    let held: usize = read.texts.iter().map(|text| text.content.len()).sum();
    assert!(held <= 96 << 20, "{held}");
    assert_eq!(read.unreadable[0].why, Why::OverBudget);
}

#[test]
fn members_and_depth_are_counted() {
    let names: Vec<String> = (0..50).map(|n| n.to_string()).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &b"x"[..])).collect();
    let budget = Budget {
        tree: Limits {
            depth: 4,
            parts: 30,
            ..Budget::default().tree
        },
        ..Budget::default()
    };
    let many = document("a.zip", &zip(&files), &budget);
    assert_eq!(many.texts.len(), 31);
    assert_eq!(reasons(&many), [("1", Why::OverBudget)]);
    let budget = Budget {
        members: 20,
        ..budget
    };
    let many = document("a.zip", &zip(&files), &budget);
    assert_eq!(many.texts.len(), 21);
    assert_eq!(reasons(&many), [("1", Why::OverBudget)]);
    assert!(many.unreadable[0].detail.contains("20 members"));
    let mut nested = zip(&[("a", b"deep")]);
    for _ in 0..3 {
        nested = zip(&[("n.zip", &nested)]);
    }
    let deep = document("a.zip", &nested, &budget);
    assert_eq!(
        reasons(&deep),
        [("1/a.zip/n.zip/n.zip/n.zip", Why::OverBudget)]
    );
}

#[test]
fn hostile_directories_end() {
    let whole = zip(&[("a.txt", b"one"), ("b.txt", b"two")]);
    for at in 0..whole.len() {
        for byte in [0, 1, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = byte;
            read(&bytes);
        }
    }
}
