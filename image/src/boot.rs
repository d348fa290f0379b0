//! What the node is started with: the boot sections of an archive.

use crate::archive::Archive;
use crate::check;
use crate::cmdline::CommandLine;
use crate::erlexec;
use crate::layout::{HASH, Section, meta};
use crate::strings::{Pairs, Strings};
use alloc::vec::Vec;

/// A view of the boot sections.
#[derive(Clone, Copy)]
pub struct Boot<'a> {
    archive: Archive<'a>,
}

/// A module that the emulator has in memory before anything is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preloaded<'a> {
    pub name: &'a str,
    /// The contents of its `.beam`.
    pub beam: &'a [u8],
    /// Its SHA-256, as the packer computed it.
    pub hash: [u8; HASH],
}

impl<'a> Boot<'a> {
    pub(crate) const fn new(archive: Archive<'a>) -> Self {
        Self { archive }
    }

    /// The emulator's arguments, program name first, as `erlexec` hands them over.
    #[must_use]
    pub fn args(&self) -> Strings<'a> {
        Strings::new(self.archive.section(Section::Args))
    }

    /// The environment: names and values.
    #[must_use]
    pub fn env(&self) -> Pairs<'a> {
        Pairs::new(self.archive.section(Section::Env))
    }

    /// The arguments together with those that the command line adds.
    #[must_use]
    pub fn args_with(&self, line: &CommandLine) -> Vec<Vec<u8>> {
        let otp = core::str::from_utf8(self.otp()).ok().and_then(|o| o.parse().ok()).unwrap_or(25);
        erlexec::extend(otp, self.args().map(<[u8]>::to_vec).collect(), &line.args)
    }

    /// The environment with the command line's variables put over it.
    #[must_use]
    pub fn env_with(&self, line: &CommandLine) -> Vec<(Vec<u8>, Vec<u8>)> {
        let added = line.env.iter().map(|(n, v)| (n.as_slice(), v.as_slice()));
        let mut env: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for (name, value) in self.env().chain(added) {
            match env.iter_mut().find(|(n, _)| n == name) {
                Some(known) => known.1 = value.to_vec(),
                None => env.push((name.to_vec(), value.to_vec())),
            }
        }
        env
    }

    /// The preloaded modules.
    pub fn preloaded(&self) -> impl Iterator<Item = Preloaded<'a>> + use<'a> {
        let (archive, mut rest) = (self.archive, self.archive.section(Section::Preloaded));
        core::iter::from_fn(move || check::preloaded(&archive, &mut rest))
    }

    /// What the packer noted; for the keys see [`crate::layout::meta`].
    #[must_use]
    pub fn meta(&self) -> Pairs<'a> {
        Pairs::new(self.archive.section(Section::Meta))
    }

    fn first(&self, key: &[u8]) -> &'a [u8] {
        self.meta().find(|(k, _)| *k == key).map_or(&[], |(_, value)| value)
    }

    /// The working directory; the root if the packer named none.
    #[must_use]
    pub fn cwd(&self) -> &'a [u8] {
        match self.first(meta::CWD) {
            b"" => b"/",
            cwd => cwd,
        }
    }

    /// Where the release's root directory lies.
    #[must_use]
    pub fn root(&self) -> &'a [u8] {
        self.first(meta::ROOT)
    }

    /// The release's name.
    #[must_use]
    pub fn release(&self) -> &'a [u8] {
        self.first(meta::RELEASE)
    }

    /// The release's version.
    #[must_use]
    pub fn version(&self) -> &'a [u8] {
        self.first(meta::VERSION)
    }

    /// The OTP release it was made for, as `25`.
    #[must_use]
    pub fn otp(&self) -> &'a [u8] {
        self.first(meta::OTP)
    }
}
