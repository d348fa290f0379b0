//! Why bytes are no archive.

use core::fmt;

/// What is wrong with an archive's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// The first bytes are not an archive's.
    NoArchive,
    /// The archive was written in another format version.
    Version(u32),
    /// There are fewer bytes than the header promises.
    Truncated,
    /// A section lies outside the archive or has an impossible length.
    Section(usize),
    /// The node with this index is malformed.
    Node(usize),
    /// The tree that the nodes make is malformed.
    Tree,
    /// A packed file is malformed.
    Packed,
    /// A list of strings is malformed (the section's index).
    Strings(usize),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoArchive => write!(f, "these bytes are no archive"),
            Error::Version(v) => write!(f, "the archive has format version {v}, not {}", crate::layout::VERSION),
            Error::Truncated => write!(f, "the archive is cut off"),
            Error::Section(i) => write!(f, "the archive's section {i} is malformed"),
            Error::Node(i) => write!(f, "the archive's node {i} is malformed"),
            Error::Tree => write!(f, "the archive's directory tree is malformed"),
            Error::Packed => write!(f, "a packed file of the archive is malformed"),
            Error::Strings(i) => write!(f, "the strings in the archive's section {i} are malformed"),
        }
    }
}

impl core::error::Error for Error {}
