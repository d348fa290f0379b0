//! The other end of `wire:transfer/2`: blocks of which every byte is known, both ways at the same time.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::OnceLock;
use std::thread;

/// What one block holds behind its number.
fn pattern() -> &'static [u8] {
    static PATTERN: OnceLock<Vec<u8>> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let mut x = 1u32;
        (0..60005)
            .map(|_| {
                let byte = (x >> 24) as u8;
                x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                byte
            })
            .collect()
    })
}

/// How many blocks make at least so many megabytes.
pub fn blocks(megabytes: u64) -> u64 {
    (megabytes * 1_000_000).div_ceil(pattern().len() as u64 + 8)
}

/// Sends so many and takes as many; then both ends say that this was all.
/// # Panics
/// At the first byte that is another one.
pub fn transfer(mut stream: TcpStream, count: u64) {
    let mut writer = stream.try_clone().expect("a second handle");
    let writing = thread::spawn(move || {
        for number in 1..=count {
            writer.write_all(&number.to_be_bytes()).expect("taken");
            writer.write_all(pattern()).expect("taken");
        }
    });
    let mut block = vec![0; 8 + pattern().len()];
    for number in 1..=count {
        stream.read_exact(&mut block).unwrap_or_else(|e| panic!("in block {number}: {e}"));
        assert!(block[..8] == number.to_be_bytes() && block[8..] == *pattern(), "something else in block {number}");
    }
    writing.join().expect("written");
    stream.shutdown(Shutdown::Write).expect("a half");
    assert_eq!(stream.read(&mut block).expect("the end"), 0);
}
