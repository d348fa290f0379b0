//! `joist inspect IMAGE`: what is in an image.

use crate::elf::Image;
use crate::error::{Error, Result};
use crate::{report, style};
use joist_image::layout::{HASH, meta};
use joist_image::{Archive, Kind, Node};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Show what is in an image: applications, modules, arguments, files, hashes
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An image that `joist build` made
    image: PathBuf,
    /// List every file with its size and hash
    #[arg(long)]
    files: bool,
    /// Write one file of the image to standard output
    #[arg(long, value_name = "PATH", conflicts_with_all = ["files", "json"])]
    cat: Option<String>,
    /// Report as JSON, every file included
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<u8> {
    let bytes = std::fs::read(&args.image).map_err(|e| Error::file("read", &args.image, &e))?;
    let image = image(&bytes, &args.image)?;
    let archive = archive(&image, &args.image)?;
    if let Some(path) = &args.cat {
        let cure = "joist inspect --files lists what there is";
        let file =
            archive.file(path.as_bytes()).ok_or_else(|| Error::new(format!("{path} is no file in the image"), cure))?;
        let data = file.read().map_err(|e| Error::new(format!("{path}: {e}"), "build the image again"))?;
        std::io::Write::write_all(&mut std::io::stdout(), &data)
            .map_err(|e| Error::file("write", Path::new("stdout"), &e))?;
        return Ok(0);
    }
    let files =
        archive.nodes().filter(|n| !n.is_dir() && !n.read().is_ok_and(|data| hash(&data) == n.hash())).map(path_of);
    let preloaded = archive.boot().preloaded().filter(|p| hash(p.beam) != p.hash).map(|p| p.name.to_owned());
    let damaged: Vec<String> = files.chain(preloaded).collect();
    if args.json {
        super::print_json(&as_json(&bytes, &image, &archive))?;
    } else {
        print(&bytes, &image, &archive, args.files);
    }
    match damaged.first() {
        None => Ok(0),
        Some(path) => {
            let cause = format!("{}: {} files are damaged, the first is {path}", args.image.display(), damaged.len());
            Err(Error::new(cause, "build the image again"))
        }
    }
}

/// An image taken apart.
pub fn image(bytes: &[u8], path: &Path) -> Result<Image> {
    let no_image = || Error::new(format!("{} is no image", path.display()), "make one: joist build REL -o FILE");
    let image = Image::parse(bytes).ok_or_else(no_image)?;
    if image.archive().is_none() {
        return Err(no_image());
    }
    Ok(image)
}

/// The archive in it.
pub fn archive<'a>(image: &'a Image, path: &Path) -> Result<Archive<'a>> {
    let damaged = |e| Error::new(format!("{}: {e}", path.display()), "build the image again with this joist");
    Archive::new_checked(image.archive().unwrap_or_default()).map_err(damaged)
}

fn hash(data: &[u8]) -> [u8; HASH] {
    Sha256::digest(data).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn path_of(node: Node<'_>) -> String {
    if node.index() == 0 {
        return String::new();
    }
    format!("{}/{}", path_of(node.parent()), text(node.name()))
}

fn values<'a>(archive: &Archive<'a>, key: &'static [u8]) -> impl Iterator<Item = String> + use<'a> {
    archive.boot().meta().filter(move |(k, _)| *k == key).map(|(_, v)| text(v))
}

fn print(bytes: &[u8], image: &Image, archive: &Archive<'_>, files: bool) {
    let boot = archive.boot();
    let one = |key| values(archive, key).next().unwrap_or_default();
    let about = format!("({}, OTP {}, erts {})", one(meta::KIND), one(meta::OTP), one(meta::ERTS));
    println!("{} {} {about}", style::bold(&one(meta::RELEASE)), one(meta::VERSION));
    println!("  image         {}, sha256 {}", report::bytes(bytes.len()), hex(&hash(bytes)));
    println!("  loaded up to  {:#x}", image.end());
    println!("  packed by     joist {}", one(meta::PACKER));
    for app in values(archive, meta::APPLICATION) {
        println!("  application   {app}");
    }
    let modules = archive.nodes().filter(|n| n.name().ends_with(b".beam")).count();
    println!("  modules       {modules}");
    println!("  preloaded     {}", boot.preloaded().map(|p| p.name).collect::<Vec<_>>().join(" "));
    println!("  directory     {}", text(boot.cwd()));
    for (name, value) in boot.env() {
        println!("  env           {}={}", text(name), text(value));
    }
    println!("  arguments     {}", boot.args().map(shown).collect::<Vec<_>>().join(" "));
    if files {
        for node in archive.nodes().filter(|n| n.kind() == Kind::File) {
            println!("{}  {:>9}  {}", hex(&node.hash()), node.len(), path_of(node));
        }
        for node in archive.nodes().filter(|n| n.kind() == Kind::Symlink) {
            println!("{} -> {}", path_of(node), text(node.data().unwrap_or_default()));
        }
    }
}

/// An argument as one would type it.
fn shown(arg: &[u8]) -> String {
    let plain = !arg.is_empty() && arg.iter().all(|b| b.is_ascii_graphic() && !b"'\"\\$`*?[](){};&|<>~#!".contains(b));
    if plain { text(arg) } else { format!("'{}'", text(arg).replace('\'', "'\\''")) }
}

fn as_json(bytes: &[u8], image: &Image, archive: &Archive<'_>) -> Value {
    let boot = archive.boot();
    let one = |key| values(archive, key).next().unwrap_or_default();
    let applications: Vec<Value> = values(archive, meta::APPLICATION)
        .map(|app| {
            let mut words = app.split(' ');
            let mut word = || words.next().unwrap_or_default().to_owned();
            json!({"name": word(), "version": word(), "start": word()})
        })
        .collect();
    let files: Vec<Value> = archive
        .nodes()
        .filter(|n| n.index() != 0)
        .map(|n| match n.kind() {
            Kind::Directory => json!({"path": path_of(n), "type": "directory", "mode": n.mode(), "mtime": n.mtime()}),
            Kind::Symlink => {
                json!({"path": path_of(n), "type": "symlink", "target": text(n.data().unwrap_or_default())})
            }
            Kind::File => json!({
                "path": path_of(n), "type": "file", "mode": n.mode(), "mtime": n.mtime(),
                "bytes": n.len(), "sha256": hex(&n.hash()),
            }),
        })
        .collect();
    json!({
        "release": one(meta::RELEASE), "version": one(meta::VERSION), "kind": one(meta::KIND),
        "otp": one(meta::OTP), "erts": one(meta::ERTS), "root": one(meta::ROOT), "cwd": text(boot.cwd()),
        "packer": one(meta::PACKER), "bytes": bytes.len(), "sha256": hex(&hash(bytes)), "loaded_end": image.end(),
        "applications": applications,
        "preloaded": boot.preloaded().map(|p| json!({"name": p.name, "bytes": p.beam.len(), "sha256": hex(&hash(p.beam))})).collect::<Vec<_>>(),
        "args": boot.args().map(text).collect::<Vec<_>>(),
        "env": boot.env().map(|(n, v)| (text(n), json!(text(v)))).collect::<serde_json::Map<_, _>>(),
        "baked": values(archive, meta::BAKED).collect::<Vec<_>>(),
        "files": files,
    })
}
