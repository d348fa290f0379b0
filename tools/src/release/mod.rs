//! A release: what it is, who made it, and how it is started.
//!
//! Its place in the image is `/srv/NAME`, the working directory is that of its start script. A release names no
//! absolute place of its own: scripts and boot files take everything from `ROOTDIR`, so the place is free to choose,
//! and `/srv` is where the file hierarchy standard puts what a machine serves.

mod args;
mod boot;
mod complete;
mod env_sh;
mod mix;
mod relx;
mod systools;
mod vars;

pub use boot::BootScript;
pub use complete::complete;

use crate::error::{Error, Result};
use crate::otp;
use crate::progress::Progress;
use crate::tree::{self, Tree};
use std::path::Path;

/// The OTP releases that Joist runs.
pub const SUPPORTED: std::ops::RangeInclusive<u32> = 25..=29;

/// What made a release; it says how the release is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// rebar3, by relx.
    Rebar3,
    /// Elixir's `mix release`.
    Mix,
    /// OTP's own `systools`.
    Systools,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Rebar3 => "rebar3",
            Kind::Mix => "mix",
            Kind::Systools => "systools",
        }
    }
}

/// A release's files and what they say.
#[derive(Debug, Clone)]
pub struct Release {
    pub kind: Kind,
    pub name: String,
    pub version: String,
    /// The version of erts that it was made with.
    pub erts: String,
    /// The OTP release of that erts.
    pub otp: u32,
    pub boot: BootScript,
    /// The boot file in the tree, without `.boot`.
    pub boot_file: String,
    pub tree: Tree,
    /// Where the tree lies in the image.
    pub root: String,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// How a release is started, and what the node sees.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// The emulator's arguments.
    pub args: Vec<Vec<u8>>,
    pub env: Vec<(String, String)>,
    pub cwd: String,
    /// Variables whose values went into files of the release.
    pub baked: Vec<String>,
}

impl Release {
    /// Reads a release from a directory or a tar file.
    /// # Errors
    /// When it is none, or one that Joist can't run.
    pub fn open(path: &Path, progress: &mut Progress) -> Result<Release> {
        let meta = std::fs::metadata(path).map_err(|e| Error::file("read", path, &e))?;
        let tree = if meta.is_dir() {
            check_dir(path)?;
            tree::from_dir(path, progress)?
        } else {
            check_file(path)?;
            tree::from_tar(path, progress)?
        };
        Self::from_tree(tree, &path.display().to_string())
    }

    /// Finds out what the files are; `from` names them in errors.
    /// # Errors
    /// As [`Release::open`].
    pub fn from_tree(tree: Tree, from: &str) -> Result<Release> {
        let no_release = |why: &str| {
            Error::new(
                format!("{from} is no release: {why}"),
                "name a release directory (_build/…/rel/NAME) or its .tar.gz",
            )
        };
        if !tree.has_dir("releases") {
            return Err(no_release("it has no releases directory"));
        }
        let (erts, version) =
            start_erl(&tree).ok_or_else(|| no_release("releases has neither start_erl.data nor one version"))?;
        let dir = format!("releases/{version}");
        if !tree.has_dir(&dir) {
            return Err(no_release(&format!("releases/start_erl.data names version {version}, which is not there")));
        }
        let kind = kind(&tree, &dir);
        let boot_file = boot_file(&tree, &dir, from)?;
        let data = tree.read(&format!("{boot_file}.boot")).unwrap_or_default();
        let boot = BootScript::parse(data).ok_or_else(|| {
            Error::new(format!("{from}: {boot_file}.boot is no boot script"), "make the release again")
        })?;
        let erts = erts
            .or_else(|| erts_of_tree(&tree, &dir))
            .ok_or_else(|| no_release("nothing says which erts it was made with"))?;
        let otp = otp::release_of_erts(&erts).filter(|o| SUPPORTED.contains(o)).ok_or_else(|| {
            let made = otp::release_of_erts(&erts)
                .map_or_else(|| format!("erts {erts}"), |o| format!("OTP {o} (erts {erts})"));
            let cause =
                format!("{from} was made for {made}; Joist runs OTP {} to {}", SUPPORTED.start(), SUPPORTED.end());
            Error::new(cause, "make the release with one of these")
        })?;
        let name = boot.name.clone();
        if name.is_empty() || name.contains(['/', '\0']) || name.starts_with('.') {
            return Err(no_release(&format!("its boot script calls it {name:?}")));
        }
        let notes = tree.notes.clone();
        let root = format!("/srv/{name}");
        Ok(Release { kind, name, version, erts, otp, boot, boot_file, tree, root, notes })
    }

    /// `releases/VSN` in the tree.
    pub fn dir(&self) -> String {
        format!("releases/{}", self.version)
    }

    /// How the release's own script would start it in the foreground, with `env` set and `extra` arguments for `erl`.
    /// Files that the script would write at start are written into the tree.
    /// # Errors
    /// When the script would fail.
    pub fn start(&mut self, env: &[(String, String)], extra: &[Vec<u8>]) -> Result<Start> {
        match self.kind {
            Kind::Rebar3 => relx::start(self, env, extra),
            Kind::Mix => mix::start(self, env, extra),
            Kind::Systools => systools::start(self, env, extra),
        }
    }
}

/// Things that are easily taken for a release.
fn check_dir(path: &Path) -> Result<()> {
    if path.join("releases").is_dir() {
        return Ok(());
    }
    let shown = path.display();
    for (file, tool, build) in
        [("rebar.config", "rebar3", "rebar3 as prod release"), ("mix.exs", "mix", "MIX_ENV=prod mix release")]
    {
        if path.join(file).is_file() {
            let cause = format!("{shown} is a {tool} project, not a release");
            return Err(Error::new(cause, format!("run `{build}` there and name _build/prod/rel/NAME")));
        }
    }
    Ok(())
}

fn check_file(path: &Path) -> Result<()> {
    use std::io::Read;
    let failed = |e: std::io::Error| Error::file("read", path, &e);
    let mut head = Vec::new();
    std::fs::File::open(path).map_err(failed)?.take(512).read_to_end(&mut head).map_err(failed)?;
    let gzip = head.starts_with(&[0x1f, 0x8b]);
    let tar = head.get(257..262) == Some(b"ustar");
    if gzip || tar {
        return Ok(());
    }
    let cause = format!("{} is no release: it is neither a directory nor a tar file", path.display());
    Err(Error::new(cause, "name a release directory (_build/…/rel/NAME) or its .tar.gz"))
}

/// The current version: `releases/start_erl.data` holds `ERTS VSN`; without it, the only version that is there.
fn start_erl(tree: &Tree) -> Option<(Option<String>, String)> {
    if let Some(text) = tree.text("releases/start_erl.data") {
        let mut words = text.split_whitespace();
        return Some((Some(words.next()?.to_owned()), words.next()?.to_owned()));
    }
    let is_version = |name: &String| {
        tree.names(&format!("releases/{name}")).iter().any(|f| f.ends_with(".boot") || f.ends_with(".rel"))
    };
    let mut versions = tree.names("releases").into_iter().filter(is_version);
    match (versions.next(), versions.next()) {
        (Some(version), None) => Some((None, version)),
        _ => None,
    }
}

/// Without start_erl.data: what `erts-VSN` is there, or what the `.rel` file says.
fn erts_of_tree(tree: &Tree, dir: &str) -> Option<String> {
    if let Some(erts) = tree.names("").iter().find_map(|n| n.strip_prefix("erts-")) {
        return Some(erts.to_owned());
    }
    let rel = tree.names(dir).into_iter().find(|n| n.ends_with(".rel"))?;
    // {release, {"NAME","VSN"}, {erts,"ERTS"}, [...]}.
    let text = tree.text(&format!("{dir}/{rel}"))?;
    let after = text.split_once("{erts")?.1;
    after.split('"').nth(1).map(str::to_owned)
}

fn kind(tree: &Tree, dir: &str) -> Kind {
    if tree.has(&format!("{dir}/elixir")) || tree.has("releases/COOKIE") {
        return Kind::Mix;
    }
    let script = |name: &str| tree.text(&format!("bin/{name}")).is_some_and(|text| text.contains("RELX_"));
    if tree.names("bin").iter().any(|n| script(n)) { Kind::Rebar3 } else { Kind::Systools }
}

/// `NAME.boot` beside `NAME.rel` comes before `start.boot`, as in relx's script; mix and systools have `start.boot`.
fn boot_file(tree: &Tree, dir: &str, from: &str) -> Result<String> {
    let names = tree.names(dir);
    let rel = names.iter().find_map(|n| n.strip_suffix(".rel"));
    let candidates = rel.into_iter().chain(["start"]);
    candidates.map(|name| format!("{dir}/{name}")).find(|path| tree.has(&format!("{path}.boot"))).ok_or_else(|| {
        let cause = format!("{from}: there is no start.boot in {dir}");
        Error::new(cause, "make the release again (rebar3 release, mix release, or systools:make_script/2)")
    })
}
