//! A release's files out of an image, to make another image of.

use super::{Entry, Tree, What};
use joist_image::{Archive, Kind, Node};

/// The files below the release's root directory.
pub fn from_archive(archive: &Archive<'_>) -> Tree {
    let mut tree = Tree::default();
    if let Ok(root) = archive.lookup(archive.boot().root(), true) {
        add(&mut tree, root, "");
    }
    tree
}

fn add(tree: &mut Tree, dir: Node<'_>, path: &str) {
    for node in dir.children() {
        let name = String::from_utf8_lossy(node.name());
        let below = if path.is_empty() { name.into_owned() } else { format!("{path}/{name}") };
        let what = match node.kind() {
            Kind::Directory => What::Directory,
            Kind::File => What::File(node.data().to_vec()),
            Kind::Symlink => What::Symlink(String::from_utf8_lossy(node.data()).into_owned()),
        };
        tree.insert(&below, Entry { mode: node.mode(), mtime: node.mtime(), what });
        add(tree, node, &below);
    }
}
