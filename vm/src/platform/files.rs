//! Files, as `prim_file`'s natives need them (see OTP's `erts/emulator/nifs/common/prim_file_nif.c`).
//! Paths are raw bytes, absolute or relative to the platform's working directory.

use super::Errno;
use alloc::vec::Vec;

/// An open file or directory of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handle(pub u64);

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenFlags {
    pub read: bool,
    pub write: bool,
    pub append: bool,
    /// Truncate to nothing (`write` without `read`).
    pub truncate: bool,
    /// Create it if it is missing.
    pub create: bool,
    /// Fail with [`Errno::Eexist`] if it is there.
    pub exclusive: bool,
    pub sync: bool,
    /// Allow a directory to be opened (for `sync` on it).
    pub directory: bool,
}

/// Where [`Files::seek`] counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeekFrom {
    Start(u64),
    Current(i64),
    End(i64),
}

/// How a part of a file is going to be used (`posix_fadvise`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    Normal,
    Random,
    Sequential,
    WillNeed,
    DontNeed,
    NoReuse,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Regular,
    Directory,
    Device,
    Symlink,
    Other,
}

/// What the calling node may do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    None,
    Read,
    Write,
    ReadWrite,
}

/// The answer to [`Files::info`]; times are POSIX seconds, as in `struct stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileInfo {
    pub size: u64,
    pub kind: FileKind,
    pub access: Access,
    pub atime: i64,
    pub mtime: i64,
    pub ctime: i64,
    pub mode: u32,
    pub links: u32,
    pub major_device: u32,
    pub minor_device: u32,
    pub inode: u64,
    pub uid: u32,
    pub gid: u32,
}

/// The file system. Every call answers at once with a result or a POSIX error.
#[allow(clippy::missing_errors_doc)] // each answers the error of the POSIX call of its name
pub trait Files {
    fn open(&self, path: &[u8], flags: OpenFlags, mode: u32) -> Result<Handle, Errno>;
    fn close(&self, file: Handle) -> Result<(), Errno>;
    /// Reads at the file's position; 0 bytes mean its end.
    fn read(&self, file: Handle, buf: &mut [u8]) -> Result<usize, Errno>;
    fn write(&self, file: Handle, bytes: &[u8]) -> Result<usize, Errno>;
    fn pread(&self, file: Handle, offset: u64, buf: &mut [u8]) -> Result<usize, Errno>;
    fn pwrite(&self, file: Handle, offset: u64, bytes: &[u8]) -> Result<usize, Errno>;
    fn seek(&self, file: Handle, to: SeekFrom) -> Result<u64, Errno>;
    fn sync(&self, file: Handle, data_only: bool) -> Result<(), Errno>;
    /// Cuts the file at its position.
    fn truncate(&self, file: Handle) -> Result<(), Errno>;
    fn allocate(&self, file: Handle, offset: u64, length: u64) -> Result<(), Errno>;
    fn handle_info(&self, file: Handle) -> Result<FileInfo, Errno>;
    /// Advice binds nobody: a platform whose files lie in memory has no use for it.
    fn advise(&self, file: Handle, _offset: u64, _length: u64, _advice: Advice) -> Result<(), Errno> {
        self.handle_info(file).map(drop)
    }

    /// A file of a read-only archive in memory, whole and without a copy, if the path names one.
    fn read_static(&self, path: &[u8]) -> Option<&'static [u8]>;
    fn read_file(&self, path: &[u8]) -> Result<Vec<u8>, Errno>;
    fn info(&self, path: &[u8], follow_links: bool) -> Result<FileInfo, Errno>;
    fn list_dir(&self, path: &[u8]) -> Result<Vec<Vec<u8>>, Errno>;
    fn make_dir(&self, path: &[u8]) -> Result<(), Errno>;
    fn del_file(&self, path: &[u8]) -> Result<(), Errno>;
    fn del_dir(&self, path: &[u8]) -> Result<(), Errno>;
    fn rename(&self, from: &[u8], to: &[u8]) -> Result<(), Errno>;
    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, Errno>;
    fn make_hard_link(&self, existing: &[u8], new: &[u8]) -> Result<(), Errno>;
    fn make_soft_link(&self, target: &[u8], new: &[u8]) -> Result<(), Errno>;
    fn set_permissions(&self, path: &[u8], mode: u32) -> Result<(), Errno>;
    fn set_owner(&self, path: &[u8], uid: i32, gid: i32) -> Result<(), Errno>;
    fn set_times(&self, path: &[u8], atime: i64, mtime: i64) -> Result<(), Errno>;
    fn get_cwd(&self) -> Result<Vec<u8>, Errno>;
    fn set_cwd(&self, path: &[u8]) -> Result<(), Errno>;
}
