// SPDX-License-Identifier: GPL-3.0-or-later
//! The contract of every store.

use std::io::Read;

use super::super::STORES;
use super::{Folder, place};

#[test]
fn a_store_keeps_bytes_under_names() {
    for (name, make) in STORES {
        let folder = Folder::new();
        let store = make(&place(name, &folder)).unwrap();
        let bytes = vec![b'x'; 200_000];
        store.put("a", &mut bytes.as_slice()).unwrap();
        store.put("b", &mut b"".as_slice()).unwrap();
        let mut read = Vec::new();
        store.get("a").unwrap().read_to_end(&mut read).unwrap();
        assert!(read == bytes, "{name}");
        let mut names = store.names().unwrap();
        names.sort();
        assert_eq!(names, ["a", "b"], "{name}");
        for _ in 0..2 {
            store.delete("a").unwrap();
        }
        assert!(store.get("a").is_err(), "{name}");
        let mut broken = std::io::repeat(b'x').take(100_000).chain(Broken);
        assert!(store.put("c", &mut broken).is_err(), "{name}");
        assert!(store.get("c").is_err(), "{name}: half of it is there");
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("broken"))
    }
}
