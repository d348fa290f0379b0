//! An archive under the overlay: served as it lies, changed by copies.

use joist_image::{Archive, Builder};
use joist_vfs::{Device, Hooks, Vfs};
use joist_vm::platform::{Errno, FileKind, Files, OpenFlags, SeekFrom};

const WRITE: OpenFlags = OpenFlags {
    read: true,
    write: true,
    append: false,
    truncate: false,
    create: false,
    exclusive: false,
    sync: false,
    directory: false,
};

fn vfs() -> Vfs {
    let mut builder = Builder::new();
    builder.file(b"app/lib/kernel/ebin/code.beam", 0o644, 1_700_000_000, b"FOR1 code".to_vec()).unwrap();
    builder.file(b"app/lib/kernel/ebin/file.beam", 0o644, 1_700_000_000, b"FOR1 file".to_vec()).unwrap();
    builder.file(b"etc/hosts", 0o600, 0, b"mine".to_vec()).unwrap();
    builder.symlink(b"app/current", 0, b"lib/kernel".to_vec()).unwrap();
    let bytes: &'static [u8] = builder.build().unwrap().leak();
    let archive = Archive::new_checked(bytes).unwrap();
    Vfs::new(Some(archive), Hooks { now: || 7, random: |buf| buf.fill(4) })
}

#[test]
fn files_are_served_where_they_lie() {
    let vfs = vfs();
    let path = b"/app/current/ebin/code.beam";
    let bytes = vfs.read_static(path).unwrap();
    assert_eq!(bytes, b"FOR1 code");
    assert_eq!(bytes.as_ptr(), vfs.read_static(path).unwrap().as_ptr());
    let info = vfs.info(path, true).unwrap();
    assert_eq!((info.kind, info.size, info.mtime, info.mode), (FileKind::Regular, 9, 1_700_000_000, 0o100_644));
    assert_eq!(vfs.info(b"/app/current", false).unwrap().kind, FileKind::Symlink);
    assert_eq!(vfs.list_dir(b"/app").unwrap(), [b"current".to_vec(), b"lib".to_vec()]);
}

#[test]
fn a_change_makes_a_copy() {
    let vfs = vfs();
    let path = b"/app/lib/kernel/ebin/code.beam";
    let before = vfs.read_static(path).unwrap();
    let file = vfs.open(path, WRITE, 0).unwrap();
    vfs.seek(file, SeekFrom::Start(5)).unwrap();
    vfs.write(file, b"CODE and more").unwrap();
    vfs.close(file).unwrap();
    assert_eq!(vfs.read_file(path).unwrap(), b"FOR1 CODE and more");
    assert_eq!(vfs.info(path, true).unwrap().mtime, 7);
    assert_eq!(before, b"FOR1 code");
    assert_eq!(vfs.read_static(path), None);
}

#[test]
fn what_is_removed_stays_removed() {
    let vfs = vfs();
    let path = b"/app/lib/kernel/ebin/code.beam";
    let open = vfs.open(path, OpenFlags { read: true, ..OpenFlags::default() }, 0).unwrap();
    vfs.del_file(path).unwrap();
    assert_eq!(vfs.read_static(path), None);
    assert_eq!(vfs.list_dir(b"/app/lib/kernel/ebin").unwrap(), [b"file.beam".to_vec()]);
    assert_eq!(vfs.del_dir(b"/app/lib/kernel/ebin"), Err(Errno::Enotempty));
    // Who has it open still reads it.
    let mut buf = [0; 16];
    assert_eq!(vfs.read(open, &mut buf), Ok(9));
    vfs.close(open).unwrap();
    assert_eq!(vfs.read(open, &mut buf), Err(Errno::Ebadf));
}

#[test]
fn a_directory_of_the_archive_moves_with_all_in_it() {
    let vfs = vfs();
    vfs.rename(b"/app/lib", b"/moved").unwrap();
    assert_eq!(vfs.read_static(b"/moved/kernel/ebin/file.beam").unwrap(), b"FOR1 file");
    assert_eq!(vfs.read_static(b"/app/current/ebin/file.beam"), None);
    vfs.set_cwd(b"/moved/kernel/../kernel/ebin").unwrap();
    assert_eq!(vfs.get_cwd().unwrap(), b"/moved/kernel/ebin");
    assert_eq!(vfs.read_file(b"file.beam").unwrap(), b"FOR1 file");
}

#[test]
fn the_archive_goes_before_what_is_synthesised() {
    let vfs = vfs();
    assert_eq!(vfs.add_file(b"/etc/hosts", b"theirs".to_vec(), 0o644), Err(Errno::Eexist));
    assert_eq!(vfs.read_file(b"/etc/hosts").unwrap(), b"mine");
    vfs.add_generated(b"/proc/self/made", || b"now".to_vec()).unwrap();
    assert_eq!(vfs.read_file(b"/proc/self/made").unwrap(), b"now");
    let file = vfs.open(b"/proc/self/made", OpenFlags { read: true, ..OpenFlags::default() }, 0).unwrap();
    let mut buf = [0; 8];
    assert_eq!(vfs.read(file, &mut buf), Ok(3));
    assert_eq!(vfs.read(file, &mut buf), Ok(0));
}

#[test]
fn devices() {
    let vfs = vfs();
    vfs.add_device(b"/dev/null", Device::Null).unwrap();
    vfs.add_device(b"/dev/urandom", Device::Random).unwrap();
    let null = vfs.open(b"/dev/null", WRITE, 0).unwrap();
    assert_eq!(vfs.write(null, b"gone"), Ok(4));
    let mut buf = [0; 4];
    assert_eq!(vfs.read(null, &mut buf), Ok(0));
    let random = vfs.open(b"/dev/urandom", OpenFlags { read: true, ..OpenFlags::default() }, 0).unwrap();
    assert_eq!(vfs.read(random, &mut buf), Ok(4));
    assert_eq!(buf, [4; 4]);
    assert_eq!(vfs.info(b"/dev/null", true).unwrap().kind, FileKind::Device);
}

#[test]
fn paths_that_are_none() {
    let vfs = vfs();
    assert_eq!(vfs.info(b"", true), Err(Errno::Enoent));
    assert_eq!(vfs.info(b"/etc\0", true), Err(Errno::Einval));
    assert_eq!(vfs.make_dir(&[b'x'; 256]), Err(Errno::Enametoolong));
    assert_eq!(vfs.info(&[b'/'; 4096], true), Err(Errno::Enametoolong));
    vfs.make_soft_link(b"loop", b"/loop").unwrap();
    assert_eq!(vfs.info(b"/loop", true), Err(Errno::Eloop));
}

#[test]
fn too_large_is_no_space() {
    let vfs = vfs();
    let file = vfs.open(b"/big", OpenFlags { create: true, ..WRITE }, 0o644).unwrap();
    assert_eq!(vfs.pwrite(file, 1 << 60, b"x"), Err(Errno::Enospc));
    assert_eq!(vfs.pwrite(file, u64::MAX, b"x"), Err(Errno::Efbig));
    assert_eq!(vfs.allocate(file, 0, 1 << 60), Err(Errno::Enospc));
    assert_eq!(vfs.read_file(b"/big").unwrap(), b"");
}
