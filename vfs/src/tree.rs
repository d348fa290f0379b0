//! The tree of inodes, and the walk along a path.

use crate::content::Content;
use crate::inode::{Body, Directory, Id, Inode, Name};
use crate::path;
use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use joist_image::{Archive, Kind, Node};
use joist_vm::platform::Errno;

/// So many symbolic links are followed on a way, as on Linux.
const LINKS_MAX: usize = 40;

pub struct Tree {
    inodes: Vec<Option<Inode>>,
    free: Vec<Id>,
    archive: Option<Archive<'static>>,
    pub cwd: Id,
}

pub const ROOT: Id = Id(0);

impl Tree {
    pub fn new(archive: Option<Archive<'static>>, now: i64) -> Self {
        let archived = archive.map(|a| a.root().index());
        let root = Directory { parent: ROOT, entries: BTreeMap::new(), archived };
        let mut inode = Inode::new(Body::Directory(root), 0o755, now);
        inode.links = 1;
        inode.opens = 1; // the working directory
        Tree { inodes: alloc::vec![Some(inode)], free: Vec::new(), archive, cwd: ROOT }
    }

    /// # Panics
    /// When the id is not a live inode's: ids come from entries and handles, which keep theirs alive.
    pub fn get(&self, id: Id) -> &Inode {
        self.inodes[id.0 as usize].as_ref().expect("a live inode")
    }

    /// # Panics
    /// As [`Tree::get`].
    pub fn get_mut(&mut self, id: Id) -> &mut Inode {
        self.inodes[id.0 as usize].as_mut().expect("a live inode")
    }

    /// A new inode that nothing leads to yet.
    pub fn add(&mut self, inode: Inode) -> Id {
        match self.free.pop() {
            Some(id) => {
                self.inodes[id.0 as usize] = Some(inode);
                id
            }
            None => {
                self.inodes.push(Some(inode));
                Id(self.inodes.len() as u32 - 1)
            }
        }
    }

    /// Forgets an inode that nothing leads to and nobody has open.
    pub fn release(&mut self, id: Id) {
        let inode = self.get(id);
        if inode.links == 0 && inode.opens == 0 {
            self.inodes[id.0 as usize] = None;
            self.free.push(id);
        }
    }

    /// A directory with all its entries; those of the archive are brought in when it is first looked into.
    /// # Errors
    /// [`Errno::Enotdir`].
    pub fn directory(&mut self, id: Id) -> Result<&mut Directory, Errno> {
        let Body::Directory(directory) = &mut self.get_mut(id).body else { return Err(Errno::Enotdir) };
        if let Some(index) = directory.archived.take() {
            let node = self.archive.and_then(|a| a.node(index));
            for child in node.into_iter().flat_map(|n| n.children()) {
                self.adopt(id, child);
            }
        }
        match &mut self.get_mut(id).body {
            Body::Directory(directory) => Ok(directory),
            _ => Err(Errno::Enotdir),
        }
    }

    /// Makes an inode of an archive's node and enters it, unless something is there by that name.
    fn adopt(&mut self, parent: Id, node: Node<'static>) {
        let body = match node.kind() {
            Kind::Directory => {
                Body::Directory(Directory { parent, entries: BTreeMap::new(), archived: Some(node.index()) })
            }
            Kind::File => Body::File(node.data().map_or(Content::Packed(node), Content::Static)),
            Kind::Symlink => Body::Symlink(Cow::Borrowed(node.data().unwrap_or_default())),
        };
        let mut inode = Inode::new(body, node.mode(), node.mtime());
        inode.links = 1;
        if let Body::Directory(directory) = &self.get(parent).body
            && directory.entries.contains_key(node.name())
        {
            return;
        }
        let id = self.add(inode);
        if let Body::Directory(directory) = &mut self.get_mut(parent).body {
            directory.entries.insert(Cow::Borrowed(node.name()), id);
        }
    }

    /// What `name` leads to in a directory.
    pub fn child(&mut self, id: Id, name: &[u8]) -> Result<Id, Errno> {
        if name.len() > path::NAME_MAX {
            self.directory(id)?;
            return Err(Errno::Enametoolong);
        }
        let directory = self.directory(id)?;
        match name {
            b"." => Ok(id),
            b".." => Ok(directory.parent),
            _ => directory.entries.get(name).copied().ok_or(Errno::Enoent),
        }
    }

    fn start(&self, path: &[u8]) -> Id {
        if path.first() == Some(&b'/') { ROOT } else { self.cwd }
    }

    /// Where a path leads. A symbolic link at its end is followed if `follow` says so or a slash comes after it.
    pub fn walk(&mut self, path: &[u8], follow: bool) -> Result<Id, Errno> {
        path::check(path)?;
        let start = self.start(path);
        self.walk_from(start, path, follow, &mut 0)
    }

    fn walk_from(&mut self, start: Id, path: &[u8], follow: bool, links: &mut usize) -> Result<Id, Errno> {
        let slash = path.ends_with(b"/") || path.ends_with(b"/.");
        let mut rest = path::components(path);
        let mut at = start;
        while let Some(name) = rest.pop() {
            let next = self.child(at, name)?;
            let last = rest.is_empty();
            if let Body::Symlink(target) = &self.get(next).body
                && (!last || follow || slash)
            {
                *links += 1;
                if *links > LINKS_MAX {
                    return Err(Errno::Eloop);
                }
                let target = target.clone();
                let from = if target.first() == Some(&b'/') { ROOT } else { at };
                at = self.walk_from(from, &target, true, links)?;
            } else {
                at = next;
            }
        }
        if slash && !self.get(at).is_dir() {
            return Err(Errno::Enotdir);
        }
        Ok(at)
    }

    /// The directory that a path's last component is in, and that component: for calls that make or remove an entry.
    pub fn parent<'a>(&mut self, path: &'a [u8]) -> Result<(Id, path::Split<'a>), Option<Errno>> {
        path::check(path)?;
        let split = path::split(path).ok_or(None)?;
        let parent = self.walk(split.parent, true)?;
        self.directory(parent)?;
        if split.name.len() > path::NAME_MAX {
            return Err(Some(Errno::Enametoolong));
        }
        Ok((parent, split))
    }

    /// Enters an inode in a directory.
    pub fn link(&mut self, parent: Id, name: Name, id: Id, now: i64) -> Result<(), Errno> {
        if self.get(parent).links == 0 {
            return Err(Errno::Enoent); // the directory was removed while someone stood in it
        }
        self.directory(parent)?.entries.insert(name, id);
        self.get_mut(id).links += 1;
        self.touch(parent, now);
        Ok(())
    }

    /// Takes an entry out of a directory; the inode goes if it was the last.
    pub fn unlink(&mut self, parent: Id, name: &[u8], now: i64) -> Result<(), Errno> {
        let id = self.directory(parent)?.entries.remove(name).ok_or(Errno::Enoent)?;
        let inode = self.get_mut(id);
        inode.links -= 1;
        inode.ctime = now;
        self.touch(parent, now);
        self.release(id);
        Ok(())
    }

    /// Marks an inode's contents changed.
    pub fn touch(&mut self, id: Id, now: i64) {
        let inode = self.get_mut(id);
        inode.mtime = now;
        inode.ctime = now;
    }

    /// Directories directly in a directory.
    pub fn subdirectories(&mut self, id: Id) -> u32 {
        let Ok(directory) = self.directory(id) else { return 0 };
        let ids: Vec<Id> = directory.entries.values().copied().collect();
        ids.into_iter().filter(|&id| self.get(id).is_dir()).count() as u32
    }

    /// Is `id` at or below `above`?
    pub fn is_below(&self, mut id: Id, above: Id) -> bool {
        loop {
            if id == above {
                return true;
            }
            match self.get(id).directory() {
                Some(directory) if directory.parent != id => id = directory.parent,
                _ => return false,
            }
        }
    }

    /// A directory's absolute path.
    pub fn path_of(&self, mut id: Id) -> Result<Vec<u8>, Errno> {
        let mut names: Vec<&[u8]> = Vec::new();
        while id != ROOT {
            let parent = self.get(id).directory().ok_or(Errno::Enotdir)?.parent;
            let entries = &self.get(parent).directory().ok_or(Errno::Enoent)?.entries;
            let (name, _) = entries.iter().find(|(_, entry)| **entry == id).ok_or(Errno::Enoent)?;
            names.push(name);
            id = parent;
        }
        let mut path = Vec::new();
        for name in names.iter().rev() {
            path.push(b'/');
            path.extend_from_slice(name);
        }
        if path.is_empty() {
            path.push(b'/');
        }
        Ok(path)
    }
}
