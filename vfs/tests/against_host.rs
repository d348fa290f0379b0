//! The same calls on the overlay and on a real directory of the host's, at random: answers and errors must be alike, and
//! so must the trees in the end. Runs as whoever; permissions are not compared, since the overlay has none.

use joist_vfs::{Hooks, Vfs};
use joist_vm::platform::{Errno, FileKind, Files, Handle, OpenFlags, SeekFrom};
use proptest::prelude::*;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Deep enough that no path made here climbs out of it.
const BASE: &str = "p/q/r/s/t/u";

#[derive(Debug, Clone)]
enum Op {
    Mkdir(String),
    Rmdir(String),
    Unlink(String),
    Rename(String, String),
    Link(String, String),
    Symlink(String, String),
    Readlink(String),
    List(String),
    Stat(String, bool),
    ReadFile(String),
    Open(String, u8),
    Close(usize),
    Read(usize, usize),
    Write(usize, Vec<u8>),
    Pread(usize, u64, usize),
    Pwrite(usize, u64, Vec<u8>),
    Seek(usize, u8, i64),
    Truncate(usize),
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => Just("a"), 4 => Just("b"), 2 => Just("c"), 1 => Just(".."), 1 => Just(".")].prop_map(String::from)
}

fn path() -> impl Strategy<Value = String> {
    (prop::collection::vec(name(), 1..4), prop::bool::weighted(0.1))
        .prop_map(|(names, slash)| names.join("/") + if slash { "/" } else { "" })
}

fn target() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![Just("a"), Just("b"), Just("c")], 1..3).prop_map(|names| names.join("/"))
}

fn op() -> impl Strategy<Value = Op> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..20);
    prop_oneof![
        4 => path().prop_map(Op::Mkdir),
        1 => path().prop_map(Op::Rmdir),
        1 => path().prop_map(Op::Unlink),
        3 => (path(), path()).prop_map(|(a, b)| Op::Rename(a, b)),
        1 => (path(), path()).prop_map(|(a, b)| Op::Link(a, b)),
        2 => (target(), path()).prop_map(|(a, b)| Op::Symlink(a, b)),
        1 => path().prop_map(Op::Readlink),
        1 => path().prop_map(Op::List),
        2 => (path(), any::<bool>()).prop_map(|(a, b)| Op::Stat(a, b)),
        1 => path().prop_map(Op::ReadFile),
        6 => (path(), any::<u8>()).prop_map(|(a, b)| Op::Open(a, b)),
        1 => (0..4usize).prop_map(Op::Close),
        2 => (0..4usize, 0..30usize).prop_map(|(a, b)| Op::Read(a, b)),
        4 => (0..4usize, bytes()).prop_map(|(a, b)| Op::Write(a, b)),
        1 => (0..4usize, 0..50u64, 0..30usize).prop_map(|(a, b, c)| Op::Pread(a, b, c)),
        1 => (0..4usize, 0..50u64, bytes()).prop_map(|(a, b, c)| Op::Pwrite(a, b, c)),
        1 => (0..4usize, 0..3u8, -40..40i64).prop_map(|(a, b, c)| Op::Seek(a, b, c)),
        1 => (0..4usize).prop_map(Op::Truncate),
    ]
}

fn host<T>(result: io::Result<T>) -> Result<T, Errno> {
    result.map_err(|e| Errno::from_number(e.raw_os_error().unwrap_or(libc::EINVAL)))
}

struct Pair {
    vfs: Vfs,
    dir: PathBuf,
    open: Vec<(Handle, File)>,
}

impl Pair {
    fn ours(&self, path: &str) -> Vec<u8> {
        format!("/{BASE}/{path}").into_bytes()
    }

    fn theirs(&self, path: &str) -> PathBuf {
        // By bytes: `Path::join` would drop a trailing slash when asked for components.
        let mut bytes = self.dir.as_os_str().as_bytes().to_vec();
        bytes.push(b'/');
        bytes.extend_from_slice(path.as_bytes());
        PathBuf::from(OsStr::from_bytes(&bytes))
    }

    fn run(&mut self, op: &Op) -> (String, String) {
        let (ours, theirs) = (|p: &str| self.ours(p), |p: &str| self.theirs(p));
        let show = |a: Result<String, Errno>| format!("{a:?}");
        let done = |a: Result<(), Errno>| format!("{a:?}");
        match op {
            Op::Mkdir(p) => (done(self.vfs.make_dir(&ours(p))), done(host(fs::create_dir(theirs(p))))),
            Op::Rmdir(p) => (done(self.vfs.del_dir(&ours(p))), done(host(fs::remove_dir(theirs(p))))),
            Op::Unlink(p) => (done(self.vfs.del_file(&ours(p))), done(host(fs::remove_file(theirs(p))))),
            Op::Rename(a, b) => {
                (done(self.vfs.rename(&ours(a), &ours(b))), done(host(fs::rename(theirs(a), theirs(b)))))
            }
            Op::Link(a, b) => {
                (done(self.vfs.make_hard_link(&ours(a), &ours(b))), done(host(fs::hard_link(theirs(a), theirs(b)))))
            }
            Op::Symlink(a, b) => (
                done(self.vfs.make_soft_link(a.as_bytes(), &ours(b))),
                done(host(std::os::unix::fs::symlink(a, theirs(b)))),
            ),
            Op::Readlink(p) => (
                show(self.vfs.read_link(&ours(p)).map(|l| format!("{:?}", OsStr::from_bytes(&l)))),
                show(host(fs::read_link(theirs(p)).map(|l| format!("{:?}", l.as_os_str())))),
            ),
            Op::List(p) => {
                let list = self.vfs.list_dir(&ours(p)).map(|l| format!("{l:?}"));
                let real = host(fs::read_dir(theirs(p))).map(|entries| {
                    let names = entries.map(|e| e.unwrap().file_name().as_bytes().to_vec());
                    let mut names: Vec<Vec<u8>> = names.collect();
                    names.sort();
                    format!("{names:?}")
                });
                (show(list), show(real))
            }
            Op::Stat(p, follow) => {
                let info = self.vfs.info(&ours(p), *follow).map(|i| {
                    let size = if i.kind == FileKind::Regular { i.size } else { 0 };
                    format!("{:?} {} {}", i.kind, size, i.links)
                });
                let meta = if *follow { fs::metadata(theirs(p)) } else { fs::symlink_metadata(theirs(p)) };
                (show(info), show(host(meta).map(|m| describe(&m))))
            }
            Op::ReadFile(p) => (
                show(self.vfs.read_file(&ours(p)).map(|b| format!("{b:?}"))),
                show(host(fs::read(theirs(p)).map(|b| format!("{b:?}")))),
            ),
            Op::Open(p, bits) => self.open(p, *bits),
            Op::Close(n) => {
                if self.open.is_empty() {
                    return Default::default();
                }
                let (handle, _) = self.open.remove(n % self.open.len());
                (done(self.vfs.close(handle)), done(Ok(())))
            }
            _ if self.open.is_empty() => Default::default(),
            Op::Read(n, count) => {
                let (handle, file) = pick(&mut self.open, *n);
                let (mut a, mut b) = (vec![0; *count], vec![0; *count]);
                let (x, y) = (self.vfs.read(*handle, &mut a), host(file.read(&mut b)));
                (show(x.map(|n| format!("{:?}", &a[..n]))), show(y.map(|n| format!("{:?}", &b[..n]))))
            }
            Op::Write(n, bytes) => {
                let (handle, file) = pick(&mut self.open, *n);
                (format!("{:?}", self.vfs.write(*handle, bytes)), format!("{:?}", host(file.write(bytes))))
            }
            Op::Pread(n, at, count) => {
                let (handle, file) = pick(&mut self.open, *n);
                let (mut a, mut b) = (vec![0; *count], vec![0; *count]);
                let (x, y) = (self.vfs.pread(*handle, *at, &mut a), host(file.read_at(&mut b, *at)));
                (show(x.map(|n| format!("{:?}", &a[..n]))), show(y.map(|n| format!("{:?}", &b[..n]))))
            }
            Op::Pwrite(n, at, bytes) => {
                let (handle, file) = pick(&mut self.open, *n);
                (
                    format!("{:?}", self.vfs.pwrite(*handle, *at, bytes)),
                    format!("{:?}", host(file.write_at(bytes, *at))),
                )
            }
            Op::Seek(n, whence, offset) => {
                let (handle, file) = pick(&mut self.open, *n);
                let (a, b) = match whence {
                    0 => (SeekFrom::Start(offset.unsigned_abs()), io::SeekFrom::Start(offset.unsigned_abs())),
                    1 => (SeekFrom::Current(*offset), io::SeekFrom::Current(*offset)),
                    _ => (SeekFrom::End(*offset), io::SeekFrom::End(*offset)),
                };
                (format!("{:?}", self.vfs.seek(*handle, a)), format!("{:?}", host(file.seek(b))))
            }
            Op::Truncate(n) => {
                let (handle, file) = pick(&mut self.open, *n);
                let at = file.stream_position().unwrap();
                (format!("{:?}", self.vfs.truncate(*handle)), format!("{:?}", host(file.set_len(at))))
            }
        }
    }

    fn open(&mut self, path: &str, bits: u8) -> (String, String) {
        let bit = |n: u8| bits & 1 << n != 0;
        let write = bit(0);
        let flags = OpenFlags {
            read: !write || bit(1),
            write,
            append: write && bit(2),
            truncate: write && !bit(2) && bit(3),
            create: write && bit(4),
            exclusive: write && bit(4) && bit(5),
            ..OpenFlags::default()
        };
        let ours = self.vfs.open(&self.ours(path), flags, 0o666);
        let mut options = fs::OpenOptions::new();
        options.read(flags.read).write(true);
        let mut custom = 0;
        custom |= if flags.append { libc::O_APPEND } else { 0 };
        custom |= if flags.create { libc::O_CREAT } else { 0 };
        custom |= if flags.exclusive { libc::O_EXCL } else { 0 };
        custom |= if flags.truncate { libc::O_TRUNC } else { 0 };
        if !write {
            options.write(false);
        }
        let file = host(options.custom_flags(custom).open(self.theirs(path)));
        // `prim_file` refuses directories after opening them.
        let file = file.and_then(|f| if f.metadata().unwrap().is_dir() { Err(Errno::Eisdir) } else { Ok(f) });
        match (ours, file) {
            (Ok(handle), Ok(file)) => {
                self.open.push((handle, file));
                Default::default()
            }
            (a, b) => (format!("{:?}", a.map(|_| ())), format!("{:?}", b.map(|_| ()))),
        }
    }
}

fn pick(open: &mut [(Handle, File)], n: usize) -> &mut (Handle, File) {
    let n = n % open.len();
    &mut open[n]
}

fn describe(meta: &fs::Metadata) -> String {
    let kind = if meta.is_dir() {
        FileKind::Directory
    } else if meta.is_symlink() {
        FileKind::Symlink
    } else {
        FileKind::Regular
    };
    let size = if meta.is_file() { meta.len() } else { 0 };
    // Some host file systems don't count subdirectories.
    let links = if meta.is_dir() { 2 + subdirectories(meta) } else { meta.nlink() };
    format!("{kind:?} {size} {links}")
}

fn subdirectories(meta: &fs::Metadata) -> u64 {
    meta.nlink().saturating_sub(2)
}

fn pair(dir: &Path) -> Pair {
    let vfs = Vfs::new(None, Hooks { now: || 0, random: |_| {} });
    let mut at = String::new();
    for name in BASE.split('/') {
        at = at + "/" + name;
        vfs.make_dir(at.as_bytes()).unwrap();
    }
    let dir = dir.join(BASE);
    fs::create_dir_all(&dir).unwrap();
    Pair { vfs, dir, open: Vec::new() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn answers_are_alike(ops in prop::collection::vec(op(), 1..60)) {
        let dir = tempfile::tempdir().unwrap();
        let mut pair = pair(dir.path());
        for (n, op) in ops.iter().enumerate() {
            let (ours, theirs) = pair.run(op);
            prop_assert_eq!(ours, theirs, "op {}: {:?}", n, op);
        }
        // In the end both hold the same.
        let mut todo = vec![String::new()];
        while let Some(at) = todo.pop() {
            let (ours, theirs) = pair.run(&Op::List(at.clone()));
            prop_assert_eq!(&ours, &theirs, "list {}", &at);
            for entry in fs::read_dir(pair.theirs(&at)).unwrap() {
                let entry = entry.unwrap();
                let path = format!("{at}{}", entry.file_name().to_str().unwrap());
                let (ours, theirs) = pair.run(&Op::Stat(path.clone(), false));
                prop_assert_eq!(ours, theirs, "stat {}", &path);
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    todo.push(path + "/");
                } else if kind.is_file() {
                    let (ours, theirs) = pair.run(&Op::ReadFile(path.clone()));
                    prop_assert_eq!(ours, theirs, "read {}", &path);
                }
            }
        }
    }
}
