//! Files of the host.

use super::{Hosted, host_path};
use joist_vm::platform::{Access, Advice, Errno, FileInfo, FileKind, Files, Handle, OpenFlags, SeekFrom};
use std::collections::HashMap;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Files that natives hold.
#[derive(Debug, Default)]
pub struct OpenFiles {
    next: AtomicU64,
    files: Mutex<HashMap<u64, Arc<File>>>,
}

fn errno(e: &io::Error) -> Errno {
    e.raw_os_error().map_or(Errno::Eio, Errno::from_number)
}

fn check<T>(result: io::Result<T>) -> Result<T, Errno> {
    result.map_err(|e| errno(&e))
}

fn posix<T>(result: rustix::io::Result<T>) -> Result<T, Errno> {
    result.map_err(|e| Errno::from_number(e.raw_os_error()))
}

impl Hosted {
    fn file(&self, h: Handle) -> Result<Arc<File>, Errno> {
        let files = self.files.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.get(&h.0).cloned().ok_or(Errno::Einval)
    }
}

fn info(m: &Metadata, path: Option<&[u8]>) -> FileInfo {
    let t = m.file_type();
    let kind = if t.is_file() {
        FileKind::Regular
    } else if t.is_dir() {
        FileKind::Directory
    } else if t.is_symlink() {
        FileKind::Symlink
    } else if m.mode() & 0o170_000 == 0o020_000 || m.mode() & 0o170_000 == 0o060_000 {
        FileKind::Device
    } else {
        FileKind::Other
    };
    let may = |access| path.is_none_or(|p| rustix::fs::access(host_path(p), access).is_ok());
    let access = match (may(rustix::fs::Access::READ_OK), may(rustix::fs::Access::WRITE_OK)) {
        (true, true) => Access::ReadWrite,
        (true, false) => Access::Read,
        (false, true) => Access::Write,
        (false, false) => Access::None,
    };
    FileInfo {
        size: m.size(),
        kind,
        access,
        atime: m.atime(),
        mtime: m.mtime(),
        ctime: m.ctime(),
        mode: m.mode(),
        links: m.nlink() as u32,
        major_device: m.dev() as u32,
        minor_device: m.rdev() as u32,
        inode: m.ino(),
        uid: m.uid(),
        gid: m.gid(),
    }
}

impl Files for Hosted {
    fn open(&self, path: &[u8], f: OpenFlags, mode: u32) -> Result<Handle, Errno> {
        let mut o = OpenOptions::new();
        o.read(f.read || f.directory).write(f.write && !f.append).append(f.append).mode(mode);
        if f.write {
            o.create(f.create && !f.exclusive).create_new(f.exclusive).truncate(f.truncate);
        }
        if f.sync {
            o.custom_flags(rustix::fs::OFlags::SYNC.bits() as i32);
        }
        let file = check(o.open(host_path(path)))?;
        match (check(file.metadata())?.is_dir(), f.directory) {
            (true, false) => return Err(Errno::Eisdir),
            (false, true) => return Err(Errno::Enotdir),
            _ => {}
        }
        let id = self.files.next.fetch_add(1, Ordering::Relaxed);
        self.files.files.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::new(file));
        Ok(Handle(id))
    }

    fn close(&self, h: Handle) -> Result<(), Errno> {
        let mut files = self.files.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.remove(&h.0).map(drop).ok_or(Errno::Einval)
    }

    fn read(&self, h: Handle, buf: &mut [u8]) -> Result<usize, Errno> {
        let file = self.file(h)?;
        let mut done = 0;
        while done < buf.len() {
            match check((&*file).read(&mut buf[done..]))? {
                0 => break,
                n => done += n,
            }
        }
        Ok(done)
    }

    fn write(&self, h: Handle, bytes: &[u8]) -> Result<usize, Errno> {
        check((&*self.file(h)?).write(bytes))
    }

    fn pread(&self, h: Handle, offset: u64, buf: &mut [u8]) -> Result<usize, Errno> {
        let file = self.file(h)?;
        let mut done = 0;
        while done < buf.len() {
            match check(file.read_at(&mut buf[done..], offset + done as u64))? {
                0 => break,
                n => done += n,
            }
        }
        Ok(done)
    }

    fn pwrite(&self, h: Handle, offset: u64, bytes: &[u8]) -> Result<usize, Errno> {
        check(self.file(h)?.write_at(bytes, offset))
    }

    fn seek(&self, h: Handle, to: SeekFrom) -> Result<u64, Errno> {
        let to = match to {
            SeekFrom::Start(n) => io::SeekFrom::Start(n),
            SeekFrom::Current(n) => io::SeekFrom::Current(n),
            SeekFrom::End(n) => io::SeekFrom::End(n),
        };
        check((&*self.file(h)?).seek(to))
    }

    fn sync(&self, h: Handle, data_only: bool) -> Result<(), Errno> {
        let file = self.file(h)?;
        check(if data_only { file.sync_data() } else { file.sync_all() })
    }

    fn truncate(&self, h: Handle) -> Result<(), Errno> {
        let file = self.file(h)?;
        let at = check((&*file).stream_position())?;
        check(file.set_len(at))
    }

    fn allocate(&self, h: Handle, offset: u64, length: u64) -> Result<(), Errno> {
        posix(rustix::fs::fallocate(&*self.file(h)?, rustix::fs::FallocateFlags::empty(), offset, length))
    }

    fn handle_info(&self, h: Handle) -> Result<FileInfo, Errno> {
        Ok(info(&check(self.file(h)?.metadata())?, None))
    }

    fn advise(&self, h: Handle, offset: u64, length: u64, advice: Advice) -> Result<(), Errno> {
        use rustix::fs::Advice as Host;
        let advice = match advice {
            Advice::Normal => Host::Normal,
            Advice::Random => Host::Random,
            Advice::Sequential => Host::Sequential,
            Advice::WillNeed => Host::WillNeed,
            Advice::DontNeed => Host::DontNeed,
            Advice::NoReuse => Host::NoReuse,
        };
        posix(rustix::fs::fadvise(&*self.file(h)?, offset, std::num::NonZero::new(length), advice))
    }

    fn read_static(&self, _: &[u8]) -> Option<&'static [u8]> {
        None
    }

    fn read_file(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        check(fs::read(host_path(path)))
    }

    fn info(&self, path: &[u8], follow_links: bool) -> Result<FileInfo, Errno> {
        let p = host_path(path);
        let m = check(if follow_links { fs::metadata(p) } else { fs::symlink_metadata(p) })?;
        Ok(info(&m, Some(path)))
    }

    fn list_dir(&self, path: &[u8]) -> Result<Vec<Vec<u8>>, Errno> {
        check(fs::read_dir(host_path(path)))?.map(|e| check(e).map(|e| e.file_name().into_vec())).collect()
    }

    fn make_dir(&self, path: &[u8]) -> Result<(), Errno> {
        check(fs::create_dir(host_path(path)))
    }

    fn del_file(&self, path: &[u8]) -> Result<(), Errno> {
        let p = host_path(path);
        // Stock's answer for a directory is eperm, whatever unlink says.
        if fs::symlink_metadata(p).is_ok_and(|m| m.is_dir()) {
            return Err(Errno::Eperm);
        }
        check(fs::remove_file(p))
    }

    fn del_dir(&self, path: &[u8]) -> Result<(), Errno> {
        check(fs::remove_dir(host_path(path)))
    }

    fn rename(&self, from: &[u8], to: &[u8]) -> Result<(), Errno> {
        check(fs::rename(host_path(from), host_path(to)))
    }

    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        check(fs::read_link(host_path(path))).map(|p| p.into_os_string().into_vec())
    }

    fn make_hard_link(&self, existing: &[u8], new: &[u8]) -> Result<(), Errno> {
        check(fs::hard_link(host_path(existing), host_path(new)))
    }

    fn make_soft_link(&self, target: &[u8], new: &[u8]) -> Result<(), Errno> {
        check(std::os::unix::fs::symlink(host_path(target), host_path(new)))
    }

    fn set_permissions(&self, path: &[u8], mode: u32) -> Result<(), Errno> {
        check(fs::set_permissions(host_path(path), fs::Permissions::from_mode(mode & 0o7777)))
    }

    fn set_owner(&self, path: &[u8], uid: i32, gid: i32) -> Result<(), Errno> {
        let id = |n: i32| u32::try_from(n).ok();
        check(std::os::unix::fs::chown(host_path(path), id(uid), id(gid)))
    }

    fn set_times(&self, path: &[u8], atime: i64, mtime: i64) -> Result<(), Errno> {
        let at = |s| rustix::fs::Timespec { tv_sec: s, tv_nsec: 0 };
        let times = rustix::fs::Timestamps { last_access: at(atime), last_modification: at(mtime) };
        posix(rustix::fs::utimensat(rustix::fs::CWD, host_path(path), &times, rustix::fs::AtFlags::empty()))
    }

    fn get_cwd(&self) -> Result<Vec<u8>, Errno> {
        check(std::env::current_dir()).map(|d| d.into_os_string().into_vec())
    }

    fn set_cwd(&self, path: &[u8]) -> Result<(), Errno> {
        check(std::env::set_current_dir(host_path(path)))
    }
}
