//! A release's files from a tar file, compressed or not.

use super::{Entry, Tree, What};
use crate::error::{Error, Result};
use crate::progress::Progress;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Component, Path};

/// Reads a tar file. If everything lies in one directory, that is the root.
/// # Errors
/// When it can't be read to its end.
pub fn from_tar(file: &Path, progress: &mut Progress) -> Result<Tree> {
    let failed = |e: std::io::Error| Error::file("read", file, &e);
    let mut input = BufReader::new(File::open(file).map_err(failed)?);
    let mut magic = [0; 2];
    let got = input.read(&mut magic).map_err(failed)?;
    input.rewind().map_err(failed)?;
    let packed = got == 2 && magic == [0x1f, 0x8b];
    let read = |input: &mut dyn Read, progress: &mut Progress| entries(input, progress);
    let tree = if packed {
        let mut unpacked = flate2::bufread::MultiGzDecoder::new(input);
        let tree = read(&mut unpacked, progress);
        // The check sum at the end is part of being whole.
        tree.and_then(|t| std::io::copy(&mut unpacked, &mut std::io::sink()).map(|_| t))
    } else {
        read(&mut input, progress)
    };
    let damaged = |e: std::io::Error| {
        let cause = format!("{} is cut off or damaged ({})", file.display(), crate::error::plain(&e));
        Error::new(cause, "make or copy the release's tar file again")
    };
    Ok(hoist(tree.map_err(damaged)?))
}

fn entries(input: &mut dyn Read, progress: &mut Progress) -> std::io::Result<Tree> {
    let mut tree = Tree::default();
    let mut hard_links: BTreeMap<String, String> = BTreeMap::new();
    let mut archive = tar::Archive::new(input);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let Some(path) = inside(&entry.path()?) else { continue };
        let (mode, mtime) = (entry.header().mode()? & 0o777, entry.header().mtime()?.cast_signed());
        let link = entry.link_name()?.map(|l| l.to_string_lossy().into_owned());
        let kind = entry.header().entry_type();
        let what = if kind.is_dir() {
            What::Directory
        } else if kind.is_file() {
            progress.tick("unpacking");
            let mut data = Vec::new();
            entry.read_to_end(&mut data)?;
            if data.len() as u64 != entry.size() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            What::File(data)
        } else if let (true, Some(target)) = (kind.is_symlink(), &link) {
            if super::join(super::parent(&path), target).is_none() {
                tree.notes.push(format!("{path}: a link to {target}, which is not in the tar file, left out"));
                continue;
            }
            What::Symlink(target.clone())
        } else if let (true, Some(target)) = (kind.is_hard_link(), link.as_deref().and_then(|l| inside(Path::new(l)))) {
            hard_links.insert(path, target);
            continue;
        } else {
            tree.notes.push(format!("{path}: no file, directory or link, left out"));
            continue;
        };
        tree.insert(&path, Entry { mode, mtime, what });
    }
    for (path, target) in hard_links {
        if let Some(entry) = tree.entry(&target).cloned() {
            tree.insert(&path, entry);
        }
    }
    Ok(tree)
}

/// The path within the tree; `None` for the root itself and for what would leave it.
fn inside(path: &Path) -> Option<String> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name.to_str()?),
            Component::CurDir => {}
            _ => return None,
        }
    }
    (!names.is_empty()).then(|| names.join("/"))
}

/// `NAME/lib/…` becomes `lib/…`.
fn hoist(tree: Tree) -> Tree {
    let names = tree.names("");
    let [top] = names.as_slice() else { return tree };
    if top == "releases" || top == "lib" || !tree.has_dir(top) {
        return tree;
    }
    let prefix = format!("{top}/");
    let mut out = Tree { notes: tree.notes.clone(), ..Tree::default() };
    for (path, entry) in tree.iter() {
        if let Some(below) = path.strip_prefix(&prefix) {
            out.insert(below, entry.clone());
        }
    }
    out
}
