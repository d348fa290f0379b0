//! A release's files out of an image, to make another image of.

use super::{Entry, Tree, What};
use joist_image::{Archive, Error, Kind, Node};

/// The files below the release's root directory.
/// # Errors
/// [`Error::Packed`]: one of them is damaged.
pub fn from_archive(archive: &Archive<'_>) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    if let Ok(root) = archive.lookup(archive.boot().root(), true) {
        add(&mut tree, root, "")?;
    }
    Ok(tree)
}

fn add(tree: &mut Tree, dir: Node<'_>, path: &str) -> Result<(), Error> {
    for node in dir.children() {
        let name = String::from_utf8_lossy(node.name());
        let below = if path.is_empty() { name.into_owned() } else { format!("{path}/{name}") };
        let what = match node.kind() {
            Kind::Directory => What::Directory,
            Kind::File => What::File(node.read()?.into_owned()),
            Kind::Symlink => What::Symlink(String::from_utf8_lossy(node.data().unwrap_or_default()).into_owned()),
        };
        tree.insert(&below, Entry { mode: node.mode(), mtime: node.mtime(), what });
        add(tree, node, &below)?;
    }
    Ok(())
}
