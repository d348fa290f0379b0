//! Where what lies in an archive. All numbers are little-endian; all offsets count from the archive's first byte.
//!
//! ```text
//! 0    magic "JOISTARC"
//! 8    u32 format version
//! 12   u32 number of nodes
//! 16   u64 length of the whole archive
//! 24   7 sections, each u64 offset, u64 length: nodes, hashes, names, arguments, environment, preloaded, meta
//! 136  zeros up to 144, where the sections begin; after them the files' data, each piece 16-byte aligned
//! ```
//!
//! **Nodes** (40 bytes each) are the file tree in breadth-first order: node 0 is the root directory, the children of a
//! directory are neighbours, sorted by name, and the ranges of children follow each other without gap. So a directory
//! is a slice and a look-up is one binary search per path component.
//!
//! ```text
//! 0    u32 offset of the name within the names, u16 its length
//! 6    u8 kind: 0 directory, 1 file, 2 symbolic link; u8 packing: 0 none, 1 LZ4 (files only)
//! 8    u32 mode (permission bits)
//! 12   u32 index of the parent (the root's is 0)
//! 16   i64 modification time, POSIX seconds
//! 24   u64 directory: index of the first child; else: offset of the data (a link's data is its target)
//! 32   u64 directory: number of children; else: length of the data (unpacked)
//! ```
//!
//! Packed data is a u64 length and an LZ4 block of that length.
//!
//! **Hashes**: 32 bytes (SHA-256 of the data) for each node, zeros for a directory. **Arguments**: strings, each a u32
//! length and its bytes. **Environment**, **meta**: pairs of strings (name, value; key, value). **Preloaded**: a
//! string (the module's name), u64 offset and u64 length of the `.beam`, and its hash.

/// An archive's first bytes.
pub const MAGIC: [u8; 8] = *b"JOISTARC";
/// The format that this crate writes and reads.
pub const VERSION: u32 = 2;
/// Where the sections begin.
pub const HEADER: usize = 144;
/// A node's length.
pub const NODE: usize = 40;
/// A hash's length.
pub const HASH: usize = 32;
/// Files' data begins at a multiple of this.
pub const ALIGN: usize = 16;

/// The sections, in the header's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Nodes = 0,
    Hashes = 1,
    Names = 2,
    Args = 3,
    Env = 4,
    Preloaded = 5,
    Meta = 6,
}

/// How many sections there are.
pub const SECTIONS: usize = 7;

impl Section {
    /// Where the section's entry lies in the header.
    #[must_use]
    pub const fn entry(self) -> usize {
        24 + self as usize * 16
    }
}

/// The kinds' numbers in a node.
pub mod kind {
    pub const DIRECTORY: u8 = 0;
    pub const FILE: u8 = 1;
    pub const SYMLINK: u8 = 2;
}

/// How a file's data is stored.
pub mod packing {
    pub const NONE: u8 = 0;
    pub const LZ4: u8 = 1;
}

/// The keys that the meta section has.
pub mod meta {
    /// The release's name.
    pub const RELEASE: &[u8] = b"release";
    /// The release's version.
    pub const VERSION: &[u8] = b"version";
    /// The OTP release it was made for, as `25`.
    pub const OTP: &[u8] = b"otp";
    /// The version of erts it was made for, as `13.1.5`.
    pub const ERTS: &[u8] = b"erts";
    /// The working directory.
    pub const CWD: &[u8] = b"cwd";
    /// Where the release's root directory lies in the archive.
    pub const ROOT: &[u8] = b"root";
    /// What made the release: `rebar3`, `mix` or `systools`.
    pub const KIND: &[u8] = b"kind";
    /// An application, as `NAME VERSION TYPE`; repeated.
    pub const APPLICATION: &[u8] = b"application";
    /// A variable that the packer has put into a file of the release; repeated.
    pub const BAKED: &[u8] = b"baked";
    /// A variable that the packer was given, as `NAME=VALUE`; repeated.
    pub const GIVEN: &[u8] = b"given";
    /// An argument for `erl` that the packer was given; repeated.
    pub const ARGUMENT: &[u8] = b"argument";
    /// The packer's own version.
    pub const PACKER: &[u8] = b"packer";
}
