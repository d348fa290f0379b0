//! From a release to an image's bytes.

use crate::beam::Beam;
use crate::check::{self, Finding};
use crate::elf::Image;
use crate::error::{Error, Result};
use crate::kernel::KERNEL;
use crate::preloaded::Modules;
use crate::progress::Progress;
use crate::release::{self, Release, Start};
use crate::tree::What;
use joist_image::layout::meta;
use joist_image::{BuildError, Builder};
use std::borrow::Cow;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What the user says besides the release.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub env: Vec<(String, String)>,
    pub otp: Option<PathBuf>,
    /// Further arguments for `erl`.
    pub args: Vec<Vec<u8>>,
}

/// An image and what is worth telling of it.
pub struct Packed {
    pub image: Vec<u8>,
    pub archive_bytes: usize,
    pub kernel_bytes: usize,
    pub release: Release,
    pub preloaded: Vec<String>,
    pub modules: usize,
    pub files: usize,
    /// What a machine without Linux has no use for.
    pub left_out: Vec<String>,
    pub findings: Vec<Finding>,
}

/// Packs a release that lies in a directory or tar file.
/// # Errors
/// When it is no release, or can't be completed.
pub fn pack(path: &Path, options: &Options, progress: &mut Progress) -> Result<Packed> {
    let mut release = Release::open(path, progress)?;
    let preloaded = release::complete(&mut release, options.otp.as_deref(), progress)?;
    build(release, preloaded, options, progress)
}

/// Packs a release that is complete.
/// # Errors
/// When its modules are broken, or its start script would fail.
pub fn build(mut release: Release, preloaded: Modules, options: &Options, progress: &mut Progress) -> Result<Packed> {
    let start = release.start(&options.env, &options.args)?;
    let findings = check::check(&release);
    let modules = unpack_modules(&mut release, progress)?;
    let left_out = leave_out(&mut release);
    let archive = archive(&release, &start, &preloaded, options)
        .map_err(|e| Error::new(format!("the release can't be packed: {e}"), ""))?;
    let kernel =
        Image::parse(KERNEL).ok_or_else(|| Error::new("the kernel in this binary is damaged", "build Joist again"))?;
    let archive_bytes = archive.len();
    let image = kernel.with_archive(archive)?.write()?;
    let kernel_bytes = image.len() - archive_bytes;
    let files = release.tree.iter().filter(|(_, e)| matches!(e.what, What::File(_))).count();
    let preloaded = preloaded.into_keys().collect();
    Ok(Packed { image, archive_bytes, kernel_bytes, release, preloaded, modules, files, left_out, findings })
}

/// A `.beam` without the gzip around it (relx's production mode puts it there).
pub fn unpacked(data: &[u8]) -> Cow<'_, [u8]> {
    if data.starts_with(&[0x1f, 0x8b]) {
        let mut out = Vec::new();
        if flate2::read::MultiGzDecoder::new(data).read_to_end(&mut out).is_ok() {
            return Cow::Owned(out);
        }
    }
    Cow::Borrowed(data)
}

/// Unpacks compressed modules and looks that all are whole. Answers how many there are.
fn unpack_modules(release: &mut Release, progress: &mut Progress) -> Result<usize> {
    let mut count = 0;
    for (path, entry) in release.tree.iter_mut() {
        let (true, What::File(data)) = (path.ends_with(".beam"), &mut entry.what) else { continue };
        if let Cow::Owned(plain) = unpacked(data) {
            *data = plain;
        }
        if let Err(error) = Beam::new_checked(data) {
            return Err(Error::new(format!("{path} is broken: {error}"), "build the release again"));
        }
        count += 1;
        progress.tick("packing");
    }
    Ok(count)
}

/// Takes out what only Linux can run: machine code, the emulator's own directory, and the release's own tar files.
fn leave_out(release: &mut Release) -> Vec<String> {
    let erts = format!("erts-{}/bin/", release.erts);
    let useless = |path: &str, what: &What| {
        let What::File(data) = what else { return path.starts_with(&erts) };
        let tar = !path.contains('/') && path.ends_with(".tar.gz");
        path.starts_with(&erts) || tar || data.starts_with(b"\x7fELF")
    };
    let gone: Vec<String> = release
        .tree
        .iter()
        .filter(|(path, entry)| useless(path, &entry.what))
        .map(|(path, _)| path.to_owned())
        .collect();
    for path in &gone {
        release.tree.remove(path);
    }
    gone
}

fn archive(
    release: &Release,
    start: &Start,
    preloaded: &Modules,
    options: &Options,
) -> std::result::Result<Vec<u8>, BuildError> {
    let mut out = Builder::new();
    // As the reproducible-builds convention has it: nothing is younger than that.
    let latest = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|v| v.parse().ok()).unwrap_or(i64::MAX);
    out.directory(b"/tmp", 0o1777)?;
    out.directory(b"/root", 0o700)?;
    out.directory(b"/data", 0o755)?;
    for (path, entry) in release.tree.iter() {
        let path = format!("{}/{path}", release.root).into_bytes();
        let mtime = entry.mtime.min(latest);
        match &entry.what {
            What::File(data) => out.file(&path, entry.mode, mtime, data.clone())?,
            What::Directory => out.directory(&path, entry.mode)?,
            What::Symlink(target) => out.symlink(&path, mtime, target.clone().into_bytes())?,
        }
    }
    for (name, beam) in preloaded {
        out.preloaded(name, beam.clone());
    }
    out.args(start.args.clone());
    for (name, value) in &start.env {
        out.env(name.as_bytes(), value.as_bytes());
    }
    let otp = release.otp.to_string();
    for (key, value) in [
        (meta::RELEASE, release.name.as_str()),
        (meta::VERSION, &release.version),
        (meta::OTP, &otp),
        (meta::ERTS, &release.erts),
        (meta::CWD, &start.cwd),
        (meta::ROOT, &release.root),
        (meta::KIND, release.kind.name()),
        (meta::PACKER, env!("CARGO_PKG_VERSION")),
    ] {
        out.meta(key, value.as_bytes());
    }
    for app in &release.boot.applications {
        out.meta(meta::APPLICATION, format!("{} {} {}", app.name, app.version, app.start).as_bytes());
    }
    for name in &start.baked {
        out.meta(meta::BAKED, name.as_bytes());
    }
    // So that the image can be packed again with other variables.
    for (name, value) in &options.env {
        out.meta(meta::GIVEN, format!("{name}={value}").as_bytes());
    }
    for argument in &options.args {
        out.meta(meta::ARGUMENT, argument);
    }
    out.build()
}
