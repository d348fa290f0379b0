//! [`Vfs`]: the file system as the VM sees it. One lock around everything; each call is short, but for copies of large
//! pieces of files.

use crate::Hooks;
use crate::content::{Content, Device, read_bytes, unpack};
use crate::handle::{Handles, Open};
use crate::inode::{Body, Id, Inode};
use crate::tree::Tree;
use alloc::vec::Vec;
use joist_image::Archive;
use joist_vm::platform::{Errno, FileInfo, Files, Handle, OpenFlags, SeekFrom};
use spin::Mutex;

struct State {
    tree: Tree,
    handles: Handles,
}

/// An archive under an overlay in memory.
pub struct Vfs {
    state: Mutex<State>,
    hooks: Hooks,
}

impl Vfs {
    /// A file system that holds the archive, and nothing else yet.
    #[must_use]
    pub fn new(archive: Option<Archive<'static>>, hooks: Hooks) -> Self {
        let tree = Tree::new(archive, (hooks.now)());
        Vfs { state: Mutex::new(State { tree, handles: Handles::default() }), hooks }
    }

    /// Enters something that the archive can't hold, or has not, with the directories on its way.
    fn enter(&self, path: &[u8], body: Body, mode: u32) -> Result<(), Errno> {
        let now = (self.hooks.now)();
        let tree = &mut self.state.lock().tree;
        for (at, _) in path.iter().enumerate().skip(1).filter(|(_, b)| **b == b'/') {
            match tree.make_dir(&path[..at], now) {
                Ok(()) | Err(Errno::Eexist) => {}
                Err(error) => return Err(error),
            }
        }
        let (parent, split) = tree.parent(path).map_err(|e| e.unwrap_or(Errno::Eexist))?;
        if tree.child(parent, split.name).is_ok() {
            return Err(Errno::Eexist);
        }
        let id = tree.add(Inode::new(body, mode, now));
        tree.link(parent, split.name.to_vec().into(), id, now)
    }

    /// Adds a file with these contents, unless the archive has one there.
    /// # Errors
    /// [`Errno::Eexist`] if something is there.
    pub fn add_file(&self, path: &[u8], contents: Vec<u8>, mode: u32) -> Result<(), Errno> {
        self.enter(path, Body::File(Content::Owned(contents)), mode)
    }

    /// Adds a file whose contents are made when it is opened.
    /// # Errors
    /// As [`Vfs::add_file`].
    pub fn add_generated(&self, path: &[u8], make: fn() -> Vec<u8>) -> Result<(), Errno> {
        self.enter(path, Body::File(Content::Generated(make)), 0o444)
    }

    /// Adds a device.
    /// # Errors
    /// As [`Vfs::add_file`].
    pub fn add_device(&self, path: &[u8], device: Device) -> Result<(), Errno> {
        self.enter(path, Body::Device(device), 0o666)
    }

    /// Adds a directory.
    /// # Errors
    /// As [`Vfs::add_file`].
    pub fn add_directory(&self, path: &[u8], mode: u32) -> Result<(), Errno> {
        self.make_dir(path)?;
        self.set_permissions(path, mode)
    }

    /// Makes a file that stands for a local socket; without one, only says whether it could be made.
    /// # Errors
    /// [`Errno::Eaddrinuse`] if something is there; as `open(2)`.
    pub fn add_socket(&self, path: &[u8], socket: Option<u64>) -> Result<(), Errno> {
        let tree = &mut self.state.lock().tree;
        let (parent, split) = tree.parent(path).map_err(|e| e.unwrap_or(Errno::Eaddrinuse))?;
        match tree.child(parent, split.name) {
            Ok(_) => return Err(Errno::Eaddrinuse),
            Err(Errno::Enoent) => {}
            Err(error) => return Err(error),
        }
        let Some(socket) = socket else { return Ok(()) };
        let now = (self.hooks.now)();
        let id = tree.add(Inode::new(Body::Socket(socket), 0o755, now));
        let linked = tree.link(parent, split.name.to_vec().into(), id, now);
        if linked.is_err() {
            tree.release(id);
        }
        linked
    }

    /// The socket that a file stands for.
    /// # Errors
    /// [`Errno::Econnrefused`] if it stands for none; as `connect(2)`.
    pub fn socket(&self, path: &[u8]) -> Result<u64, Errno> {
        let tree = &mut self.state.lock().tree;
        let id = tree.walk(path, true)?;
        match tree.get(id).body {
            Body::Socket(socket) => Ok(socket),
            _ => Err(Errno::Econnrefused),
        }
    }

    fn change<R>(&self, path: &[u8], f: impl FnOnce(&mut Inode) -> R) -> Result<R, Errno> {
        let tree = &mut self.state.lock().tree;
        let id = tree.walk(path, true)?;
        let inode = tree.get_mut(id);
        let answer = f(inode);
        inode.ctime = (self.hooks.now)();
        Ok(answer)
    }

    fn read_at(&self, state: &mut State, file: Handle, at: Option<u64>, buf: &mut [u8]) -> Result<usize, Errno> {
        let open = state.handles.get(file)?;
        if !open.read {
            return Err(Errno::Ebadf);
        }
        let offset = at.unwrap_or(open.position);
        let count = match (&open.snapshot, &state.tree.get(open.id).body) {
            (Some(snapshot), _) => read_bytes(snapshot, offset, buf),
            (None, Body::File(content)) => content.read(offset, buf),
            (None, Body::Directory(_)) => return Err(Errno::Eisdir),
            (None, Body::Symlink(_) | Body::Socket(_)) => return Err(Errno::Einval),
            (None, Body::Device(device)) => self.read_device(*device, buf),
        };
        if at.is_none() {
            open.position += count as u64;
        }
        Ok(count)
    }

    fn read_device(&self, device: Device, buf: &mut [u8]) -> usize {
        match device {
            Device::Null => return 0,
            Device::Zero => buf.fill(0),
            Device::Random => (self.hooks.random)(buf),
        }
        buf.len()
    }

    fn write_at(&self, state: &mut State, file: Handle, at: Option<u64>, bytes: &[u8]) -> Result<usize, Errno> {
        let open = state.handles.get(file)?;
        if !open.write {
            return Err(Errno::Ebadf);
        }
        if bytes.is_empty() {
            return Ok(0);
        }
        let inode = state.tree.get_mut(open.id);
        if let Body::File(content) = &mut inode.body {
            // Appending wins over the place asked for, as on Linux.
            let end = open.append.then_some(content.bytes().len() as u64);
            let offset = end.or(at).unwrap_or(open.position);
            content.write(offset, bytes)?;
            if at.is_none() {
                open.position = offset + bytes.len() as u64;
            }
            let now = (self.hooks.now)();
            (inode.mtime, inode.ctime) = (now, now);
        }
        Ok(bytes.len())
    }

    fn open_id(state: &mut State, path: &[u8], flags: OpenFlags, mode: u32, now: i64) -> Result<Id, Errno> {
        if flags.create
            && let (_, split) = state.tree.parent(path).map_err(|e| e.unwrap_or(Errno::Eisdir))?
            && split.slash
            && split.name != b"."
            && split.name != b".."
        {
            return Err(Errno::Eisdir); // what is created can't be a directory
        }
        match state.tree.walk(path, !(flags.create && flags.exclusive)) {
            Ok(_) if flags.create && flags.exclusive => Err(Errno::Eexist),
            Err(Errno::Enoent) if flags.create => state.tree.create(path, mode, flags.exclusive, now),
            other => other,
        }
    }
}

impl Files for Vfs {
    fn open(&self, path: &[u8], flags: OpenFlags, mode: u32) -> Result<Handle, Errno> {
        let now = (self.hooks.now)();
        let state = &mut *self.state.lock();
        let id = Self::open_id(state, path, flags, mode, now)?;
        let write = flags.write || flags.append;
        let inode = state.tree.get_mut(id);
        let mut snapshot = None;
        match &mut inode.body {
            Body::Directory(_) if write || flags.create || !flags.directory => return Err(Errno::Eisdir),
            Body::Directory(_) | Body::Device(_) => {}
            _ if flags.directory => return Err(Errno::Enotdir),
            Body::File(Content::Generated(_)) if write => return Err(Errno::Eacces),
            Body::File(Content::Generated(make)) => snapshot = Some(make()),
            Body::File(Content::Packed(node)) if !write => snapshot = Some(unpack(*node)?),
            Body::File(content) => {
                if flags.truncate && content.len() > 0 {
                    content.set_length(0)?;
                    (inode.mtime, inode.ctime) = (now, now);
                }
            }
            Body::Symlink(_) => return Err(Errno::Eloop),
            Body::Socket(_) => return Err(Errno::Enxio),
        }
        state.tree.get_mut(id).opens += 1;
        let open = Open { id, position: 0, read: flags.read, write, append: flags.append, snapshot };
        Ok(state.handles.add(open))
    }

    fn close(&self, file: Handle) -> Result<(), Errno> {
        let state = &mut *self.state.lock();
        let open = state.handles.remove(file)?;
        state.tree.get_mut(open.id).opens -= 1;
        state.tree.release(open.id);
        Ok(())
    }

    fn read(&self, file: Handle, buf: &mut [u8]) -> Result<usize, Errno> {
        self.read_at(&mut self.state.lock(), file, None, buf)
    }

    fn write(&self, file: Handle, bytes: &[u8]) -> Result<usize, Errno> {
        self.write_at(&mut self.state.lock(), file, None, bytes)
    }

    fn pread(&self, file: Handle, offset: u64, buf: &mut [u8]) -> Result<usize, Errno> {
        self.read_at(&mut self.state.lock(), file, Some(offset), buf)
    }

    fn pwrite(&self, file: Handle, offset: u64, bytes: &[u8]) -> Result<usize, Errno> {
        self.write_at(&mut self.state.lock(), file, Some(offset), bytes)
    }

    fn seek(&self, file: Handle, to: SeekFrom) -> Result<u64, Errno> {
        let state = &mut *self.state.lock();
        let open = state.handles.get(file)?;
        let size = match (&open.snapshot, &state.tree.get(open.id).body) {
            (Some(snapshot), _) => snapshot.len() as u64,
            (None, Body::File(content)) => content.bytes().len() as u64,
            _ => 0,
        };
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(offset) => open.position.checked_add_signed(offset),
            SeekFrom::End(offset) => size.checked_add_signed(offset),
        };
        open.position = position.filter(|&p| p <= i64::MAX as u64).ok_or(Errno::Einval)?;
        Ok(open.position)
    }

    fn sync(&self, file: Handle, _data_only: bool) -> Result<(), Errno> {
        // Memory is as safe as it gets.
        self.state.lock().handles.get(file).map(|_| ())
    }

    fn truncate(&self, file: Handle) -> Result<(), Errno> {
        let state = &mut *self.state.lock();
        let open = state.handles.get(file)?;
        let inode = state.tree.get_mut(open.id);
        match &mut inode.body {
            Body::File(content) if open.write => content.set_length(open.position)?,
            _ => return Err(Errno::Einval),
        }
        let now = (self.hooks.now)();
        (inode.mtime, inode.ctime) = (now, now);
        Ok(())
    }

    fn allocate(&self, file: Handle, offset: u64, length: u64) -> Result<(), Errno> {
        let state = &mut *self.state.lock();
        let open = state.handles.get(file)?;
        if !open.write {
            return Err(Errno::Ebadf);
        }
        if length == 0 {
            return Err(Errno::Einval);
        }
        let end = offset.checked_add(length).ok_or(Errno::Efbig)?;
        match &mut state.tree.get_mut(open.id).body {
            Body::File(content) => content.reserve(end),
            _ => Err(Errno::Enodev),
        }
    }

    fn handle_info(&self, file: Handle) -> Result<FileInfo, Errno> {
        let state = &mut *self.state.lock();
        let id = state.handles.get(file)?.id;
        let subdirectories = state.tree.subdirectories(id);
        Ok(state.tree.get(id).info(id, subdirectories))
    }

    fn read_static(&self, path: &[u8]) -> Option<&'static [u8]> {
        let tree = &mut self.state.lock().tree;
        let id = tree.walk(path, true).ok()?;
        match tree.get(id).body {
            Body::File(Content::Static(bytes)) => Some(bytes),
            _ => None,
        }
    }

    fn read_file(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        let tree = &mut self.state.lock().tree;
        let id = tree.walk(path, true)?;
        match &tree.get(id).body {
            Body::File(Content::Generated(make)) => Ok(make()),
            Body::File(Content::Packed(node)) => unpack(*node),
            Body::File(content) => {
                let mut bytes = Vec::new();
                bytes.try_reserve_exact(content.bytes().len()).map_err(|_| Errno::Enomem)?;
                bytes.extend_from_slice(content.bytes());
                Ok(bytes)
            }
            Body::Device(Device::Null) => Ok(Vec::new()),
            Body::Device(_) => Err(Errno::Einval), // without an end
            Body::Socket(_) => Err(Errno::Enxio),
            _ => Err(Errno::Eisdir),
        }
    }

    fn info(&self, path: &[u8], follow_links: bool) -> Result<FileInfo, Errno> {
        let tree = &mut self.state.lock().tree;
        let id = tree.walk(path, follow_links)?;
        let subdirectories = tree.subdirectories(id);
        Ok(tree.get(id).info(id, subdirectories))
    }

    fn list_dir(&self, path: &[u8]) -> Result<Vec<Vec<u8>>, Errno> {
        let tree = &mut self.state.lock().tree;
        let id = tree.walk(path, true)?;
        Ok(tree.directory(id)?.entries.keys().map(|name| name.to_vec()).collect())
    }

    fn make_dir(&self, path: &[u8]) -> Result<(), Errno> {
        self.state.lock().tree.make_dir(path, (self.hooks.now)())
    }

    fn del_file(&self, path: &[u8]) -> Result<(), Errno> {
        self.state.lock().tree.del_file(path, (self.hooks.now)())
    }

    fn del_dir(&self, path: &[u8]) -> Result<(), Errno> {
        self.state.lock().tree.del_dir(path, (self.hooks.now)())
    }

    fn rename(&self, from: &[u8], to: &[u8]) -> Result<(), Errno> {
        self.state.lock().tree.rename(from, to, (self.hooks.now)())
    }

    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        let tree = &mut self.state.lock().tree;
        let id = tree.walk(path, false)?;
        match &tree.get(id).body {
            Body::Symlink(target) => Ok(target.to_vec()),
            _ => Err(Errno::Einval),
        }
    }

    fn make_hard_link(&self, existing: &[u8], new: &[u8]) -> Result<(), Errno> {
        self.state.lock().tree.make_hard_link(existing, new, (self.hooks.now)())
    }

    fn make_soft_link(&self, target: &[u8], new: &[u8]) -> Result<(), Errno> {
        self.state.lock().tree.make_soft_link(target, new, (self.hooks.now)())
    }

    fn set_permissions(&self, path: &[u8], mode: u32) -> Result<(), Errno> {
        self.change(path, |inode| inode.mode = mode & 0o7777)
    }

    fn set_owner(&self, path: &[u8], uid: i32, gid: i32) -> Result<(), Errno> {
        self.change(path, |inode| {
            // A negative number leaves it as it is.
            inode.uid = u32::try_from(uid).unwrap_or(inode.uid);
            inode.gid = u32::try_from(gid).unwrap_or(inode.gid);
        })
    }

    fn set_times(&self, path: &[u8], atime: i64, mtime: i64) -> Result<(), Errno> {
        self.change(path, |inode| (inode.atime, inode.mtime) = (atime, mtime))
    }

    fn get_cwd(&self) -> Result<Vec<u8>, Errno> {
        let tree = &self.state.lock().tree;
        tree.path_of(tree.cwd)
    }

    fn set_cwd(&self, path: &[u8]) -> Result<(), Errno> {
        self.state.lock().tree.set_cwd(path)
    }
}
