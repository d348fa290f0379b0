//! Calls that make, remove and move entries of directories.

use crate::content::Content;
use crate::inode::{Body, Directory, Id, Inode};
use crate::path::Split;
use crate::tree::{ROOT, Tree};
use alloc::collections::BTreeMap;
use joist_vm::platform::Errno;

/// What a process of root's would have: group and others may not write.
const UMASK: u32 = 0o022;

fn is_dots(name: &[u8]) -> bool {
    name == b"." || name == b".."
}

impl Tree {
    /// The place for a new entry, where nothing is yet.
    fn vacancy<'a>(&mut self, path: &'a [u8]) -> Result<(Id, Split<'a>), Errno> {
        let (parent, split) = self.parent(path).map_err(|e| e.unwrap_or(Errno::Eexist))?;
        match self.child(parent, split.name) {
            Ok(_) => Err(Errno::Eexist),
            Err(Errno::Enoent) => Ok((parent, split)),
            Err(error) => Err(error),
        }
    }

    pub fn make_dir(&mut self, path: &[u8], now: i64) -> Result<(), Errno> {
        let (parent, split) = self.vacancy(path)?;
        let body = Body::Directory(Directory { parent, entries: BTreeMap::new(), archived: None });
        let id = self.add(Inode::new(body, 0o777 & !UMASK, now));
        let done = self.link(parent, split.name.to_vec().into(), id, now);
        self.release(id);
        done
    }

    /// Makes an empty file, following a symbolic link that leads to nothing.
    pub fn create(&mut self, path: &[u8], mode: u32, exclusive: bool, now: i64) -> Result<Id, Errno> {
        self.create_at(path, mode, exclusive, now, 0)
    }

    fn create_at(&mut self, path: &[u8], mode: u32, exclusive: bool, now: i64, depth: usize) -> Result<Id, Errno> {
        let (parent, split) = self.parent(path).map_err(|e| e.unwrap_or(Errno::Eisdir))?;
        if split.slash {
            return Err(Errno::Eisdir);
        }
        if let Ok(there) = self.child(parent, split.name) {
            let Body::Symlink(target) = &self.get(there).body else { return Err(Errno::Eexist) };
            if exclusive {
                return Err(Errno::Eexist);
            }
            if depth > 40 {
                return Err(Errno::Eloop);
            }
            // Relative to the link's directory: stand there meanwhile.
            let target = target.clone();
            let cwd = core::mem::replace(&mut self.cwd, parent);
            let made = self.create_at(&target, mode, exclusive, now, depth + 1);
            self.cwd = cwd;
            return made;
        }
        let body = Body::File(Content::Owned(alloc::vec::Vec::new()));
        let id = self.add(Inode::new(body, mode & !UMASK, now));
        let done = self.link(parent, split.name.to_vec().into(), id, now);
        self.release(id);
        done.map(|()| id)
    }

    pub fn make_soft_link(&mut self, target: &[u8], new: &[u8], now: i64) -> Result<(), Errno> {
        crate::path::check(target)?;
        let (parent, split) = self.vacancy(new)?;
        if split.slash {
            return Err(Errno::Enoent);
        }
        let id = self.add(Inode::new(Body::Symlink(target.to_vec().into()), 0o777, now));
        let done = self.link(parent, split.name.to_vec().into(), id, now);
        self.release(id);
        done
    }

    pub fn make_hard_link(&mut self, existing: &[u8], new: &[u8], now: i64) -> Result<(), Errno> {
        let id = self.walk(existing, false)?;
        let (parent, split) = self.vacancy(new)?;
        if split.slash {
            return Err(Errno::Enoent);
        }
        if self.get(id).is_dir() {
            return Err(Errno::Eperm);
        }
        self.link(parent, split.name.to_vec().into(), id, now)?;
        self.get_mut(id).ctime = now;
        Ok(())
    }

    pub fn del_file(&mut self, path: &[u8], now: i64) -> Result<(), Errno> {
        let (parent, split) = self.parent(path).map_err(|e| e.unwrap_or(Errno::Eisdir))?;
        if is_dots(split.name) {
            return Err(Errno::Eisdir);
        }
        let id = self.child(parent, split.name)?;
        if self.get(id).is_dir() {
            return Err(Errno::Eisdir);
        }
        if split.slash {
            return Err(Errno::Enotdir);
        }
        self.unlink(parent, split.name, now)
    }

    pub fn del_dir(&mut self, path: &[u8], now: i64) -> Result<(), Errno> {
        let (parent, split) = self.parent(path).map_err(|e| e.unwrap_or(Errno::Ebusy))?;
        match split.name {
            b"." => return Err(Errno::Einval),
            b".." => return Err(Errno::Enotempty),
            _ => {}
        }
        let id = self.child(parent, split.name)?;
        if !self.directory(id)?.entries.is_empty() {
            return Err(Errno::Enotempty);
        }
        self.unlink(parent, split.name, now)
    }

    pub fn rename(&mut self, from: &[u8], to: &[u8], now: i64) -> Result<(), Errno> {
        let busy = |e: Option<Errno>| e.unwrap_or(Errno::Ebusy);
        let (old_parent, old) = self.parent(from).map_err(busy)?;
        let (new_parent, new) = self.parent(to).map_err(busy)?;
        if is_dots(old.name) || is_dots(new.name) {
            return Err(Errno::Ebusy);
        }
        let id = self.child(old_parent, old.name)?;
        let is_dir = self.get(id).is_dir();
        if !is_dir && (old.slash || new.slash) {
            return Err(Errno::Enotdir);
        }
        if is_dir && self.is_below(new_parent, id) {
            return Err(Errno::Einval);
        }
        match self.child(new_parent, new.name) {
            Ok(there) => {
                if there == id {
                    return Ok(());
                }
                // What is replaced must not hold what is moved.
                if self.is_below(old_parent, there) {
                    return Err(Errno::Enotempty);
                }
                match (is_dir, self.get(there).is_dir()) {
                    (true, false) => return Err(Errno::Enotdir),
                    (false, true) => return Err(Errno::Eisdir),
                    (true, true) if !self.directory(there)?.entries.is_empty() => return Err(Errno::Enotempty),
                    _ => {}
                }
            }
            Err(Errno::Enoent) if self.get(new_parent).links > 0 => {}
            Err(error) => return Err(error),
        }
        // From here on nothing fails.
        if self.child(new_parent, new.name).is_ok() {
            self.unlink(new_parent, new.name, now)?;
        }
        self.directory(old_parent)?.entries.remove(old.name);
        self.directory(new_parent)?.entries.insert(new.name.to_vec().into(), id);
        if let Body::Directory(directory) = &mut self.get_mut(id).body {
            directory.parent = new_parent;
        }
        self.get_mut(id).ctime = now;
        self.touch(old_parent, now);
        self.touch(new_parent, now);
        Ok(())
    }

    /// Moves the working directory.
    pub fn set_cwd(&mut self, path: &[u8]) -> Result<(), Errno> {
        let id = self.walk(path, true)?;
        if !self.get(id).is_dir() {
            return Err(Errno::Enotdir);
        }
        let old = core::mem::replace(&mut self.cwd, id);
        self.get_mut(id).opens += 1;
        self.get_mut(old).opens -= 1;
        if old != ROOT {
            self.release(old);
        }
        Ok(())
    }
}
