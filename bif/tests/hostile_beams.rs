//! Damaged `.beam` files: real modules of the stock `erl` on the path with bytes changed, cut out, doubled, chunks
//! exchanged, thousands of times from a fixed seed (`JOIST_SEED` sets another). Preparing one answers a module or an
//! error that says something; it never panics, loops or asks for absurd memory.

use joist_vm::load::{BeamFile, prepare};
use std::path::PathBuf;
use std::process::Command;

/// xorshift64*: the same changes in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

fn modules() -> Vec<PathBuf> {
    let eval = "io:put_chars(code:lib_dir(stdlib)), halt().";
    let out = Command::new("erl").args(["-noshell", "-eval", eval]).output().expect("erl is on the path");
    let dir = PathBuf::from(String::from_utf8_lossy(&out.stdout).trim()).join("ebin");
    let mut all: Vec<PathBuf> = std::fs::read_dir(dir)
        .expect("stdlib's modules")
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "beam"))
        .collect();
    all.sort();
    // Small and large ones, but none of those that take a second each.
    all.retain(|p| p.metadata().is_ok_and(|m| m.len() < 60_000));
    all.into_iter().step_by(3).collect()
}

/// Where a chunk's data lies in the file.
fn place(file: &[u8], name: &[u8; 4]) -> Option<(usize, usize)> {
    let data = BeamFile::new_checked(file).ok()?.chunk(name)?;
    let at = data.as_ptr() as usize - file.as_ptr() as usize;
    Some((at, data.len()))
}

fn damage(r: &mut Random, file: &[u8]) -> Vec<u8> {
    let mut bytes = file.to_vec();
    let chunks: [&[u8; 4]; 6] = [b"Code", b"ImpT", b"ExpT", b"FunT", b"LitT", b"Line"];
    let (at, len) = match place(file, chunks[r.below(chunks.len())]) {
        Some(place) if r.below(8) > 0 => place,
        _ => (0, bytes.len()),
    };
    for _ in 0..=r.below(4) {
        let i = (at + r.below(len)).min(bytes.len().saturating_sub(1));
        match r.below(6) {
            0 => bytes[i] = r.next() as u8,
            1 => bytes[i] ^= 1 << r.below(8),
            2 => bytes[i] = [0, 1, 0x7f, 0x80, 0xff, 0xf7][r.below(6)],
            // The sizes in front stay: what follows is read at other places.
            3 => drop(bytes.remove(i)),
            4 => bytes.insert(i, r.next() as u8),
            _ => {
                let n = r.below(16).min(bytes.len() - i);
                let from = r.below(bytes.len() - n);
                bytes.copy_within(from..from + n, i);
            }
        }
    }
    if r.below(20) == 0 {
        bytes.truncate(r.below(bytes.len()));
    }
    bytes
}

#[test]
fn damaged_modules_are_refused_or_make_sense() {
    joist_vm::atom::init();
    joist_bif::table::init();
    let seed = std::env::var("JOIST_SEED").ok().and_then(|v| v.parse().ok()).unwrap_or(1);
    let mut r = Random(seed);
    let (mut refused, mut taken) = (0, 0);
    for path in modules() {
        let file = std::fs::read(&path).expect("a module");
        prepare(&file).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for _ in 0..300 {
            match prepare(&damage(&mut r, &file)) {
                Ok(_) => taken += 1,
                Err(e) => {
                    assert!(!e.to_string().is_empty());
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 500 && taken > 50, "{refused} refused, {taken} taken: the changes are too mild or too rough");
}
