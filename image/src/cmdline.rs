//! The kernel's command line: what the runner adds to an image at start.
//!
//! Words are separated by white space. `env.NAME=VALUE` sets an environment variable, `KEY=VALUE` and `KEY` are options
//! of the kernel, and what comes after `--` are further arguments for `erl`. In names, values and arguments every byte
//! may be written `%XX`; `""` is the empty argument. A `%` that is not followed by two hexadecimal digits is itself.
//! Machine monitors (QEMU's microvm, Firecracker) append words of the form `virtio_mmio.device=…`: these are options
//! wherever they stand.

use alloc::string::String;
use alloc::vec::Vec;

const ENV: &[u8] = b"env.";
const MONITOR: &[u8] = b"virtio_mmio.device=";

/// A command line, taken apart. Every byte string has a meaning: decoding can't fail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommandLine {
    /// Environment variables, in the order given; the last of a name counts.
    pub env: Vec<(Vec<u8>, Vec<u8>)>,
    /// Options of the kernel: names and values.
    pub options: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// Further arguments for `erl`.
    pub args: Vec<Vec<u8>>,
}

impl CommandLine {
    /// Takes a command line apart; it ends at a NUL, if there is one.
    #[must_use]
    pub fn decode(line: &[u8]) -> CommandLine {
        let line = line.split(|&b| b == 0).next().unwrap_or_default();
        let mut out = CommandLine::default();
        let mut rest = false;
        for word in line.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()) {
            if rest && !word.starts_with(MONITOR) {
                out.args.push(unescape(word));
            } else if word == b"--" {
                rest = true;
            } else if let Some((name, value)) = word.strip_prefix(ENV).and_then(split) {
                out.env.push((unescape(name), unescape(value)));
            } else if let Some((key, value)) = split(word) {
                out.options.push((unescape(key), Some(unescape(value))));
            } else {
                out.options.push((unescape(word), None));
            }
        }
        out
    }

    /// The command line that [`CommandLine::decode`] takes apart into this one.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut words = Vec::new();
        for (key, value) in &self.options {
            let mut word = escape(key, true);
            if let Some(value) = value {
                word.push('=');
                word += &escape(value, false);
            }
            words.push(word);
        }
        for (name, value) in &self.env {
            words.push(alloc::format!("env.{}={}", escape(name, true), escape(value, false)));
        }
        if !self.args.is_empty() {
            words.push("--".into());
            words.extend(self.args.iter().map(|arg| argument(arg)));
        }
        words.join(" ")
    }

    /// The value of an option; the last of a name counts. `Some(None)` is an option without a value.
    #[must_use]
    pub fn option(&self, key: &str) -> Option<Option<&[u8]>> {
        self.options.iter().rev().find(|(k, _)| k == key.as_bytes()).map(|(_, value)| value.as_deref())
    }
}

fn split(word: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = word.iter().position(|&b| b == b'=')?;
    Some((&word[..at], &word[at + 1..]))
}

fn argument(arg: &[u8]) -> String {
    if arg.is_empty() {
        return "\"\"".into();
    }
    // A monitor's word is an option even here, so an argument must not look like one.
    escape(arg, arg.starts_with(MONITOR))
}

/// `key`: also `=`, and the dots and dashes that would make the word mean something else.
fn escape(bytes: &[u8], key: bool) -> String {
    let mut out = String::new();
    for &byte in bytes {
        let plain = byte.is_ascii_graphic() && byte != b'%' && byte != b'"' && !(key && matches!(byte, b'=' | b'-'));
        if plain {
            out.push(char::from(byte));
        } else {
            out += &alloc::format!("%{byte:02X}");
        }
    }
    // An option that begins as a variable does.
    if key && bytes.starts_with(ENV) {
        out.replace_range(0..1, "%65");
    }
    out
}

fn unescape(word: &[u8]) -> Vec<u8> {
    if word == b"\"\"" {
        return Vec::new();
    }
    let digit = |i: usize| word.get(i).and_then(|&b| char::from(b).to_digit(16));
    let mut out = Vec::with_capacity(word.len());
    let mut i = 0;
    while i < word.len() {
        match (word[i], digit(i + 1), digit(i + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                i += 3;
            }
            (byte, ..) => {
                out.push(byte);
                i += 1;
            }
        }
    }
    out
}
