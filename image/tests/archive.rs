//! Archives as wholes: what goes in comes out, and hostile bytes never panic.

use joist_image::cmdline::CommandLine;
use joist_image::{Archive, BuildError, Builder, Error, Kind, PathError};
use proptest::prelude::*;

fn sample() -> Builder {
    let mut b = Builder::new();
    b.file(b"/srv/a/lib/x-1/ebin/x.beam", 0o644, 7, b"FOR1".to_vec()).expect("new");
    b.file(b"/srv/a/lib/x-1/ebin/y.beam", 0o600, 9, b"FOR1".to_vec()).expect("new");
    b.symlink(b"/srv/a/link", 3, b"lib/x-1/ebin".to_vec()).expect("new");
    b.symlink(b"/srv/a/loop", 3, b"/srv/a/loop".to_vec()).expect("new");
    b.directory(b"/tmp", 0o1777).expect("new");
    b.args(vec![b"beam.smp".to_vec(), b"-S".to_vec(), b"1".to_vec(), b"--".to_vec(), b"-boot".to_vec(), Vec::new()]);
    b.env(b"HOME", b"/");
    b.preloaded("init", b"FOR1init".to_vec());
    b.meta(b"release", b"a");
    b.meta(b"cwd", b"/srv/a");
    b
}

#[test]
fn round_trip() {
    let bytes = sample().build().expect("small");
    assert_eq!(bytes, sample().build().expect("small"));
    let archive = Archive::new_checked(&bytes).expect("just built");
    let x = archive.lookup(b"/srv/a/lib/x-1/ebin/x.beam", true).expect("there");
    assert_eq!(
        (x.kind(), x.mode(), x.mtime(), x.data(), x.name()),
        (Kind::File, 0o644, 7, Some(&b"FOR1"[..]), &b"x.beam"[..])
    );
    assert_eq!(x.parent().parent().name(), b"x-1");
    assert_eq!(x.parent().mtime(), 9);
    assert_eq!(archive.file(b"srv/a/link/../ebin/./x.beam").and_then(|n| n.data()), Some(&b"FOR1"[..]));
    let names: Vec<_> = archive.list_dir(b"/srv/a/link").expect("a link").map(|n| n.name().to_vec()).collect();
    assert_eq!(names, [b"x.beam", b"y.beam"]);
    assert_eq!(archive.lookup(b"/srv/a/link", false).expect("there").data(), Some(&b"lib/x-1/ebin"[..]));
    assert_eq!(archive.lookup(b"/srv/a/loop", true), Err(PathError::Loop));
    assert_eq!(archive.lookup(b"/srv/b", true), Err(PathError::NotFound));
    assert_eq!(archive.lookup(b"/srv/a/link/x.beam/y", true), Err(PathError::NotADirectory));
    assert_eq!(archive.lookup(b"/srv/a/link/x.beam/", true), Err(PathError::NotADirectory));
    assert_eq!(archive.lookup(b"/..", true), Ok(archive.root()));
    assert_eq!(archive.file(b"/tmp"), None);
    // Equal contents lie there once, and aligned.
    let y = archive.file(b"/srv/a/link/y.beam").and_then(|n| n.data()).expect("there");
    assert_eq!(x.data().map(<[u8]>::as_ptr), Some(y.as_ptr()));
    assert_eq!((y.as_ptr() as usize - bytes.as_ptr() as usize) % 16, 0);
    let boot = archive.boot();
    assert_eq!(
        (boot.args().count(), boot.env().count(), boot.cwd(), boot.release()),
        (6, 1, &b"/srv/a"[..], &b"a"[..])
    );
    assert_eq!(boot.preloaded().map(|p| (p.name, p.beam)).collect::<Vec<_>>(), [("init", &b"FOR1init"[..])]);
    let line = CommandLine::decode(b"env.HOME=/x env.A=b -- +A 2 -s m");
    assert_eq!(boot.args_with(&line).len(), 10);
    assert_eq!(boot.env_with(&line).len(), 2);
}

#[test]
fn modules_are_packed() {
    let module: Vec<u8> = (0..20_000u32).flat_map(|i| (i / 7).to_le_bytes()).collect();
    let mut b = sample();
    b.file(b"/m.beam", 0o644, 0, module.clone()).expect("new");
    b.file(b"/m.txt", 0o644, 0, module.clone()).expect("new");
    b.file(b"/small.beam", 0o644, 0, b"FOR1".to_vec()).expect("new");
    let mut bytes = b.build().expect("small");
    let archive = Archive::new_checked(&bytes).expect("just built");
    let packed = archive.file(b"/m.beam").expect("there");
    assert_eq!((packed.data(), packed.len()), (None, module.len() as u64));
    assert_eq!(*packed.read().expect("whole"), module);
    assert_eq!(archive.file(b"/m.txt").and_then(|n| n.data()), Some(&module[..]));
    assert_eq!(archive.file(b"/small.beam").and_then(|n| n.data()), Some(&b"FOR1"[..]));
    // A length that no block can have is found when the archive is opened; a block that is none, when it is read.
    let at = 144 + 40 * packed.index() as usize;
    let first = u64::from_le_bytes(bytes[at + 24..at + 32].try_into().expect("eight")) as usize;
    let mut long = bytes.clone();
    long[at + 36] = 1;
    assert_eq!(Archive::new_checked(&long).map(|_| ()), Err(Error::Node(packed.index() as usize)));
    let index = packed.index();
    bytes[first + 8..first + 40].fill(0xff);
    let archive = Archive::new_checked(&bytes).expect("the tree is whole");
    assert_eq!(archive.node(index).expect("there").read(), Err(Error::Packed));
}

#[test]
fn refusals() {
    let mut b = sample();
    for path in [&b"/"[..], b"", b"/srv/../x", b"/a\0b", b"/./x"] {
        assert_eq!(b.file(path, 0, 0, Vec::new()), Err(BuildError::BadPath(path.to_vec())));
    }
    for path in [&b"/srv"[..], b"/srv/a/link", b"/srv/a/link/x"] {
        assert_eq!(b.file(path, 0, 0, Vec::new()), Err(BuildError::Exists(path.to_vec())));
    }
    let good = b.build().expect("small");
    assert_eq!(Archive::new_checked(b"").map(|_| ()), Err(Error::NoArchive));
    for cut in [8, 20, 100, good.len() - 1] {
        assert!(Archive::new_checked(&good[..cut]).is_err());
    }
    let mut other = good.clone();
    other[8] = 9;
    assert_eq!(Archive::new_checked(&other).map(|_| ()), Err(Error::Version(9)));
}

/// Uses everything that an archive offers.
fn walk(bytes: &[u8]) {
    let Ok(archive) = Archive::new_checked(bytes) else { return };
    let mut seen = 0;
    let mut todo = vec![archive.root()];
    while let Some(node) = todo.pop() {
        seen += 1;
        assert!(node.index() == 0 || node.parent().child(node.name()) == Some(node));
        let _ = (node.read(), node.hash(), node.mode(), node.mtime());
        let _ = node.data().map(|path| archive.lookup(path, true));
        todo.extend(node.children());
    }
    assert_eq!(seen, archive.len());
    let boot = archive.boot();
    let _ = (boot.args().count(), boot.env().count(), boot.meta().count(), boot.preloaded().count(), boot.cwd());
    let _ = boot.args_with(&CommandLine::decode(bytes));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_archives_never_panic(at in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = sample().build().expect("small");
        for (index, value) in at {
            let i = index.index(bytes.len());
            bytes[i] = value;
        }
        walk(&bytes);
    }

    #[test]
    fn damaged_numbers_never_panic(at in any::<prop::sample::Index>(), value in prop_oneof![Just(u64::MAX), any::<u64>(), 0..2000u64]) {
        let mut bytes = sample().build().expect("small");
        let i = at.index(bytes.len() / 8 - 1) * 8;
        bytes[i..i + 8].copy_from_slice(&value.to_le_bytes());
        walk(&bytes);
    }

    #[test]
    fn any_tree_comes_back(paths in proptest::collection::btree_map("[ab]{1,2}(/[a-d]{1,3}){0,4}([.]beam)?", proptest::collection::vec(0u8..3, 0..50), 0..40)) {
        let mut b = Builder::new();
        let mut taken = Vec::new();
        for (path, data) in &paths {
            if b.file(path.as_bytes(), 0o644, 0, data.clone()).is_ok() {
                taken.push((path, data));
            }
        }
        let bytes = b.build().expect("small");
        let archive = Archive::new_checked(&bytes).expect("just built");
        for (path, data) in taken {
            let file = archive.file(path.as_bytes()).expect("there");
            prop_assert_eq!(&*file.read().expect("whole"), data.as_slice());
        }
        walk(&bytes);
    }

    #[test]
    fn command_lines_come_back(
        env in proptest::collection::vec((any::<Vec<u8>>(), any::<Vec<u8>>()), 0..4),
        options in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 1..6), proptest::option::of(any::<Vec<u8>>())), 0..4),
        args in proptest::collection::vec(any::<Vec<u8>>(), 0..4),
    ) {
        let line = CommandLine { env, options, args };
        prop_assert_eq!(CommandLine::decode(line.encode().as_bytes()), line);
    }

    #[test]
    fn any_bytes_are_a_command_line(bytes: Vec<u8>) {
        let line = CommandLine::decode(&bytes);
        prop_assert_eq!(CommandLine::decode(line.encode().as_bytes()), line);
    }
}

#[test]
fn command_lines() {
    let line = CommandLine::decode(
        b" quiet env.A=x%20y env.B= ip=dhcp -- -s m +S 2 50% \"\" virtio_mmio.device=512@0xfeb00000:5\0zzz",
    );
    assert_eq!(line.env, [(b"A".to_vec(), b"x y".to_vec()), (b"B".to_vec(), Vec::new())]);
    assert_eq!(line.args, [&b"-s"[..], b"m", b"+S", b"2", b"50%", b""]);
    assert_eq!(line.option("quiet"), Some(None));
    assert_eq!(line.option("ip"), Some(Some(&b"dhcp"[..])));
    assert_eq!(line.option("virtio_mmio.device"), Some(Some(&b"512@0xfeb00000:5"[..])));
    assert_eq!(line.option("none"), None);
}
