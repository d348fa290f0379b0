//! `prim_file`: files through the platform (`prim_file_nif.c`, `prim_file.erl`). Names are UTF-8.

use alloc::borrow::Cow;

use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::code::{self, Mfa};
use joist_vm::platform::{Access, Advice, Errno, FileInfo, FileKind, Handle, OpenFlags, SeekFrom, platform};
use joist_vm::process::{Bail, NativeResult, Process, make_reference};
use joist_vm::sync::Mutex;
use joist_vm::term::{Magic, Term, build};

use crate::erlang::iolist;
use crate::table::Binding;
use crate::term_args;

pub(crate) const BINDINGS: &[Binding] = &[
    ("internal_name2native", 1, name_to_native),
    ("internal_native2name", 1, |p, a| match a[0].as_binary() {
        // As by default (`+fnu` and its like, `w`): the caller is to warn of a name that is none.
        Some(b) if core::str::from_utf8(&b).is_err() => {
            Ok(build::tuple(p, &[Term::atom(atom::ERROR), Term::atom(Atom::new("warning"))]))
        }
        Some(b) => Ok(name_to_list(p, &b)),
        None => Err(p.badarg()),
    }),
    // Stock puts together what macOS takes apart, by a table of Unicode 2.1; this is NFC.
    ("internal_normalize_utf8", 1, |p, a| match a[0].as_binary() {
        Some(b) if core::str::from_utf8(&b).is_ok() => {
            let (module, function) = (Atom::new("unicode"), Atom::new("characters_to_nfc_list"));
            Err(p.trap_to(code::export(Mfa { module, function, arity: 1 }), a))
        }
        _ => Err(p.badarg()),
    }),
    ("is_translatable", 1, |p, a| match a[0].as_binary() {
        Some(b) => Ok(Term::bool(core::str::from_utf8(&b).is_ok())),
        None => Err(p.badarg()),
    }),
    ("open_nif", 2, open),
    ("file_desc_to_ref_nif", 1, |p, _| posix(p, Errno::Ebadf)),
    ("close_nif", 1, close),
    ("delayed_close_nif", 1, close),
    ("read_nif", 2, read),
    ("write_nif", 2, |p, a| {
        let (file, bytes) = (handle(p, a[0])?, data(p, a[1])?);
        let result = write_all(&bytes, |b, _| platform().write(file, b));
        unit(p, result)
    }),
    ("pread_nif", 3, pread),
    ("pwrite_nif", 3, |p, a| {
        let (file, at, bytes) = (handle(p, a[0])?, offset(p, a[1])?, data(p, a[2])?);
        let result = write_all(&bytes, |b, done| platform().pwrite(file, at + done as u64, b));
        unit(p, result)
    }),
    ("seek_nif", 3, seek),
    ("sync_nif", 2, |p, a| {
        let file = handle(p, a[0])?;
        unit(p, platform().sync(file, a[1] == Term::small(1)))
    }),
    ("truncate_nif", 1, |p, a| {
        let file = handle(p, a[0])?;
        unit(p, platform().truncate(file))
    }),
    ("allocate_nif", 3, |p, a| {
        let (file, at, n) = (handle(p, a[0])?, offset(p, a[1])?, offset(p, a[2])?);
        unit(p, platform().allocate(file, at, n))
    }),
    ("advise_nif", 4, |p, a| {
        let (file, at, n) = (handle(p, a[0])?, offset(p, a[1])?, offset(p, a[2])?);
        let advice = match term_args::atom(p, a[3])?.text() {
            "normal" => Advice::Normal,
            "random" => Advice::Random,
            "sequential" => Advice::Sequential,
            "will_need" => Advice::WillNeed,
            "dont_need" => Advice::DontNeed,
            "no_reuse" => Advice::NoReuse,
            _ => return posix(p, Errno::Einval),
        };
        unit(p, platform().advise(file, at, n, advice))
    }),
    ("get_handle_nif", 1, |p, a| {
        let file = handle(p, a[0])?;
        Ok(build::binary(p, &(file.0 as u32).to_ne_bytes()))
    }),
    ("read_handle_info_nif", 1, |p, a| {
        let file = handle(p, a[0])?;
        info(p, platform().handle_info(file))
    }),
    ("ipread_s32bu_p32bu_nif", 3, ipread),
    ("read_file_nif", 1, |p, a| {
        let name = path(p, a[0])?;
        if let Some(bytes) = platform().read_static(&name) {
            return ok(p, |p| build::binary(p, bytes));
        }
        match platform().read_file(&name) {
            Ok(bytes) => {
                p.charge(bytes.len() / 500);
                ok(p, |p| build::binary(p, &bytes))
            }
            Err(e) => posix(p, e),
        }
    }),
    ("read_info_nif", 2, |p, a| {
        let name = path(p, a[0])?;
        info(p, platform().info(&name, a[1] != Term::small(0)))
    }),
    ("list_dir_nif", 1, |p, a| {
        let name = path(p, a[0])?;
        match platform().list_dir(&name) {
            Ok(names) => {
                let names: Vec<Term> = names.iter().map(|n| build::binary(p, n)).collect();
                ok(p, |p| build::list(p, &names))
            }
            Err(e) => posix(p, e),
        }
    }),
    ("read_link_nif", 1, |p, a| {
        let name = path(p, a[0])?;
        match platform().read_link(&name) {
            Ok(to) => ok(p, |p| build::binary(p, &to)),
            Err(e) => posix(p, e),
        }
    }),
    ("make_dir_nif", 1, |p, a| one(p, a, |n| platform().make_dir(n))),
    ("del_file_nif", 1, |p, a| one(p, a, |n| platform().del_file(n))),
    ("del_dir_nif", 1, |p, a| one(p, a, del_dir)),
    ("rename_nif", 2, |p, a| two(p, a, rename)),
    ("make_hard_link_nif", 2, |p, a| two(p, a, |x, y| platform().make_hard_link(x, y))),
    ("make_soft_link_nif", 2, |p, a| two(p, a, |x, y| platform().make_soft_link(x, y))),
    ("set_permissions_nif", 2, |p, a| {
        let mode = a[1].as_usize().ok_or_else(|| p.badarg())? as u32;
        one(p, a, |n| platform().set_permissions(n, mode))
    }),
    ("set_owner_nif", 3, |p, a| {
        let (Some(uid), Some(gid)) = (a[1].as_small(), a[2].as_small()) else { return Err(p.badarg()) };
        one(p, a, |n| platform().set_owner(n, uid as i32, gid as i32))
    }),
    ("set_time_nif", 4, |p, a| {
        let (Some(at), Some(mt)) = (a[1].as_i64(), a[2].as_i64()) else { return Err(p.badarg()) };
        one(p, a, |n| platform().set_times(n, at, mt))
    }),
    ("get_cwd_nif", 0, |p, _| match platform().get_cwd() {
        Ok(d) => ok(p, |p| build::binary(p, &d)),
        Err(e) => posix(p, e),
    }),
    ("set_cwd_nif", 1, |p, a| one(p, a, |n| platform().set_cwd(n))),
    ("get_device_cwd_nif", 1, |p, _| posix(p, Errno::Enotsup)),
    ("altname_nif", 1, |p, _| posix(p, Errno::Enotsup)),
];

/// An open file; closed when nobody holds it any more.
struct OpenFile(Mutex<Option<Handle>>);

impl Drop for OpenFile {
    fn drop(&mut self) {
        if let Some(h) = self.0.lock().take() {
            // Nobody is left to hear of an error.
            let _ = platform().close(h);
        }
    }
}

/// A name as Erlang shows it: a list of characters, or the raw bytes as a binary when they are no UTF-8.
pub(crate) fn name_to_list(p: &mut Process, name: &[u8]) -> Term {
    match core::str::from_utf8(name) {
        Ok(s) => {
            let codes: Vec<u32> = s.chars().map(u32::from).collect();
            build::list_of_ints(p, codes.into_iter(), Term::NIL)
        }
        Err(_) => build::binary(p, name),
    }
}

/// A name as a NUL-terminated binary: of a binary, or a deep list of characters.
fn name_to_native(p: &mut Process, a: &[Term]) -> NativeResult {
    let mut bytes = Vec::new();
    if let Some(b) = a[0].as_binary() {
        if b.contains(&0) {
            return Err(p.badarg());
        }
        bytes.extend_from_slice(&b);
    } else if !a[0].is_list() || !push_name(a[0], false, &mut bytes) {
        return Err(p.badarg());
    }
    bytes.push(0);
    Ok(build::binary(p, &bytes))
}

fn push_name(t: Term, atoms: bool, bytes: &mut Vec<u8>) -> bool {
    let mut todo = alloc::vec![t];
    while let Some(t) = todo.pop() {
        if let Some((h, rest)) = t.as_cons() {
            todo.push(rest);
            todo.push(h);
        } else if let Some(c) = t.as_small() {
            let Some(c) = u32::try_from(c).ok().and_then(char::from_u32).filter(|c| *c != '\0') else { return false };
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else if let Some(a) = t.as_atom().filter(|_| atoms) {
            bytes.extend_from_slice(a.text().as_bytes());
        } else if !t.is_nil() {
            return false;
        }
    }
    true
}

/// A name's bytes: of a binary, an atom (if `atoms` may be names), or a list; none if it is none, or has a NUL in it
/// (`erts_convert_filename_to_native`).
pub(crate) fn name_bytes(t: Term, atoms: bool) -> Option<Vec<u8>> {
    if let Some(b) = t.as_binary() {
        return (!b.contains(&0)).then(|| b.into_owned());
    }
    if !t.is_list() && !t.is_atom() {
        return None;
    }
    let mut bytes = Vec::new();
    push_name(t, atoms, &mut bytes).then_some(bytes)
}

/// A native name without its NUL.
fn path(p: &mut Process, t: Term) -> Result<Vec<u8>, Bail> {
    match t.as_binary().map(Cow::into_owned) {
        Some(mut b) if b.last() == Some(&0) => {
            b.pop();
            if b.contains(&0) { Err(p.badarg()) } else { Ok(b) }
        }
        Some(b) if !b.contains(&0) => Ok(b),
        _ => Err(p.badarg()),
    }
}

/// `{error, Reason}`.
pub(crate) fn posix(p: &mut Process, e: Errno) -> NativeResult {
    Ok(build::tuple(p, &[Term::atom(atom::ERROR), Term::atom(Atom::new(e.name()))]))
}

fn ok(p: &mut Process, value: impl FnOnce(&mut Process) -> Term) -> NativeResult {
    let value = value(p);
    Ok(build::tuple(p, &[Term::atom(atom::OK), value]))
}

fn unit(p: &mut Process, result: Result<(), Errno>) -> NativeResult {
    match result {
        Ok(()) => Ok(Term::atom(atom::OK)),
        Err(e) => posix(p, e),
    }
}

fn one(p: &mut Process, a: &[Term], f: impl FnOnce(&[u8]) -> Result<(), Errno>) -> NativeResult {
    let name = path(p, a[0])?;
    unit(p, f(&name))
}

fn two(p: &mut Process, a: &[Term], f: impl FnOnce(&[u8], &[u8]) -> Result<(), Errno>) -> NativeResult {
    let (x, y) = (path(p, a[0])?, path(p, a[1])?);
    unit(p, f(&x, &y))
}

/// The names of errors are those that stock has on every system, whatever the call says.
fn del_dir(path: &[u8]) -> Result<(), Errno> {
    let result = platform().del_dir(path);
    if !matches!(result, Err(Errno::Enotempty | Errno::Eexist)) {
        return result;
    }
    let place = |path: &[u8]| platform().info(path, true).ok().map(|i| (i.inode, i.major_device));
    let here = place(path);
    Err(if here.is_some() && here == place(b".") { Errno::Einval } else { Errno::Eexist })
}

fn rename(from: &[u8], to: &[u8]) -> Result<(), Errno> {
    platform().rename(from, to).map_err(|e| match e {
        Errno::Enotempty => Errno::Eexist,
        _ if from == b"/" => Errno::Einval,
        e => e,
    })
}

fn file(p: &mut Process, t: Term) -> Result<&'static OpenFile, Bail> {
    t.as_magic().and_then(|m| m.downcast_ref::<OpenFile>()).ok_or_else(|| p.badarg())
}

/// The handle of an open file; on a closed one the call answers `{error, einval}` by way of an impossible handle.
fn handle(p: &mut Process, t: Term) -> Result<Handle, Bail> {
    Ok(file(p, t)?.0.lock().unwrap_or(Handle(u64::MAX)))
}

/// The handle of an open file, for others that work on it.
pub(crate) fn handle_of(magic: &Magic) -> Option<Handle> {
    *magic.downcast_ref::<OpenFile>()?.0.lock()
}

fn data(p: &mut Process, t: Term) -> Result<Vec<u8>, Bail> {
    iolist::to_bytes(t).ok_or_else(|| p.badarg())
}

fn offset(p: &mut Process, t: Term) -> Result<u64, Bail> {
    t.as_u64().ok_or_else(|| p.badarg())
}

fn write_all(bytes: &[u8], mut write: impl FnMut(&[u8], usize) -> Result<usize, Errno>) -> Result<(), Errno> {
    let mut done = 0;
    while done < bytes.len() {
        match write(&bytes[done..], done)? {
            0 => return Err(Errno::Enospc),
            n => done += n,
        }
    }
    Ok(())
}

fn open(p: &mut Process, a: &[Term]) -> NativeResult {
    let name = path(p, a[0])?;
    let mut f = OpenFlags::default();
    for mode in term_args::list(p, a[1])? {
        match mode.as_atom().map(Atom::text) {
            Some("read") => f.read = true,
            Some("write") => f.write = true,
            Some("append") => (f.append, f.write) = (true, true),
            Some("exclusive") => (f.exclusive, f.write) = (true, true),
            Some("sync") => f.sync = true,
            Some("directory") => f.directory = true,
            // Read-ahead, raw, encodings and the like are the Erlang side's.
            _ => {}
        }
    }
    f.read |= !f.write;
    f.create = f.write;
    f.truncate = f.write && !f.read && !f.append && !f.exclusive;
    match platform().open(&name, f, 0o666) {
        Ok(h) => {
            let file: Arc<dyn core::any::Any + Send + Sync> = Arc::new(OpenFile(Mutex::new(Some(h))));
            ok(p, |p| build::magic_reference(p, make_reference(), file))
        }
        Err(e) => posix(p, e),
    }
}

fn close(p: &mut Process, a: &[Term]) -> NativeResult {
    let taken = file(p, a[0])?.0.lock().take();
    match taken {
        Some(h) => unit(p, platform().close(h)),
        None => posix(p, Errno::Einval),
    }
}

/// The most bytes that one read asks the platform for.
const MAX_READ: usize = 1 << 30;

fn read(p: &mut Process, a: &[Term]) -> NativeResult {
    let (file, n) = (handle(p, a[0])?, term_args::size(p, a[1])?);
    let mut buf = alloc::vec![0; n.min(MAX_READ)];
    let result = platform().read(file, &mut buf);
    finish_read(p, n, result, &buf)
}

fn finish_read(p: &mut Process, wanted: usize, result: Result<usize, Errno>, buf: &[u8]) -> NativeResult {
    match result {
        Ok(0) if wanted > 0 => Ok(Term::atom(atom::EOF)),
        Ok(n) => {
            p.charge(n / 500);
            ok(p, |p| build::binary(p, &buf[..n]))
        }
        Err(e) => posix(p, e),
    }
}

fn pread(p: &mut Process, a: &[Term]) -> NativeResult {
    let (file, at, n) = (handle(p, a[0])?, offset(p, a[1])?, term_args::size(p, a[2])?);
    let mut buf = alloc::vec![0; n.min(MAX_READ)];
    let result = platform().pread(file, at, &mut buf);
    finish_read(p, n, result, &buf)
}

fn seek(p: &mut Process, a: &[Term]) -> NativeResult {
    let file = handle(p, a[0])?;
    let Some(n) = a[2].as_i64() else { return Err(p.badarg()) };
    let to = match a[1].as_atom().map(Atom::text) {
        Some("bof") => match u64::try_from(n) {
            Ok(n) => SeekFrom::Start(n),
            Err(_) => return posix(p, Errno::Einval),
        },
        Some("cur") => SeekFrom::Current(n),
        Some("eof") => SeekFrom::End(n),
        _ => return Err(p.badarg()),
    };
    match platform().seek(file, to) {
        Ok(at) => ok(p, |p| build::unsigned(p, at)),
        Err(e) => posix(p, e),
    }
}

/// `{ok, #file_info{}}` with times in POSIX seconds.
fn info(p: &mut Process, result: Result<FileInfo, Errno>) -> NativeResult {
    let i = match result {
        Ok(i) => i,
        Err(e) => return posix(p, e),
    };
    let kind = match i.kind {
        FileKind::Regular => "regular",
        FileKind::Directory => "directory",
        FileKind::Device => "device",
        FileKind::Symlink => "symlink",
        FileKind::Other => "other",
    };
    let access = match i.access {
        Access::None => "none",
        Access::Read => "read",
        Access::Write => "write",
        Access::ReadWrite => "read_write",
    };
    let name = |s: &str| Term::atom(Atom::new(s));
    let mut number = |v: i64| build::integer(p, v);
    let items = [
        name("file_info"),
        number(i.size as i64),
        name(kind),
        name(access),
        number(i.atime),
        number(i.mtime),
        number(i.ctime),
        number(i64::from(i.mode)),
        number(i64::from(i.links)),
        number(i64::from(i.major_device)),
        number(i64::from(i.minor_device)),
        number(i.inode as i64),
        number(i64::from(i.uid)),
        number(i64::from(i.gid)),
    ];
    // The NIF answers the record itself; only errors are tagged.
    Ok(build::tuple(p, &items))
}

/// A pointer at `Offset` (size and position, 32 bits each, big-endian), and what it points to; for dets.
fn ipread(p: &mut Process, a: &[Term]) -> NativeResult {
    let (file, at, max) = (handle(p, a[0])?, offset(p, a[1])?, term_args::size(p, a[2])?);
    let mut head = [0; 8];
    match platform().pread(file, at, &mut head) {
        Ok(8) => {}
        Ok(_) => return Ok(Term::atom(atom::EOF)),
        Err(e) => return posix(p, e),
    }
    let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
    let place = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
    if size as usize > max {
        return Ok(Term::atom(atom::EOF));
    }
    let mut buf = alloc::vec![0; size as usize];
    let body = match platform().pread(file, u64::from(place), &mut buf) {
        Ok(0) => Term::atom(atom::EOF),
        Ok(n) => build::binary(p, &buf[..n]),
        Err(e) => return posix(p, e),
    };
    let t = build::tuple(p, &[Term::small(i64::from(size)), Term::small(i64::from(place)), body]);
    ok(p, |_| t)
}
