//! Bad input: one line that names cause and cure, exit status ≠ 0, and no file left behind.

use joist_tests::{Example, copy_of, joist, packed};
use std::fs;
use std::path::{Path, PathBuf};

/// `joist build WHAT -o DIR/out.elf` fails; nothing is left in DIR.
fn refused(what: &Path, words: &[&str]) {
    let out = tempfile::tempdir().expect("a directory");
    let image = out.path().join("out.elf");
    let line = joist(&["build".as_ref(), what.as_os_str(), "-o".as_ref(), image.as_os_str()]).one_line();
    for word in words {
        assert!(line.contains(word), "{word:?} in {line:?}");
    }
    assert_eq!(fs::read_dir(out.path()).expect("there").count(), 0, "{line}");
    // What can't be built can't be run either, and says the same.
    let run = joist(&["run".as_ref(), what.as_os_str()]).one_line();
    assert_eq!(run, line);
}

fn temp() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().to_owned();
    (dir, path)
}

#[test]
fn nothing_there() {
    refused(Path::new("/nonexistent/rel"), &["can't read /nonexistent/rel", "check the path"]);
}

#[test]
fn not_a_release() {
    let (_keep, dir) = temp();
    refused(&dir, &["is no release", "releases", "_build"]);
    fs::create_dir(dir.join("releases")).expect("made");
    refused(&dir, &["is no release", "start_erl.data"]);
    fs::write(dir.join("releases/start_erl.data"), "13.1.5 9").expect("written");
    refused(&dir, &["version 9", "not there"]);
    let file = dir.join("file");
    fs::write(&file, "hello").expect("written");
    refused(&file, &["neither a directory nor a tar file"]);
}

#[test]
fn a_project_instead_of_its_release() {
    let (_keep, dir) = temp();
    fs::write(dir.join("rebar.config"), "").expect("written");
    refused(&dir, &["rebar3 project", "rebar3 as prod release"]);
    fs::remove_file(dir.join("rebar.config")).expect("removed");
    fs::write(dir.join("mix.exs"), "").expect("written");
    refused(&dir, &["mix project", "mix release"]);
}

#[test]
fn a_release_for_another_otp() {
    let (_keep, dir) = copy_of(Example::Hello);
    let of_erts =
        |version: &str| fs::write(dir.join("releases/start_erl.data"), format!("{version} 1.0.0")).expect("written");
    for (erts, otp) in [("12.3.2", "OTP 24"), ("18.0", "OTP 30")] {
        of_erts(erts);
        refused(&dir, &[otp, "Joist runs OTP 25 to 29"]);
    }
    // Those that Joist runs, but which aren't here.
    for erts in ["14.2.5", "15.2.7", "16.1", "17.9"] {
        of_erts(erts);
        refused(&dir, &[&format!("wants erts {erts}"), "--otp DIR"]);
    }
}

#[test]
fn a_truncated_tar() {
    let (_keep, dir) = temp();
    let whole = fs::read(Example::Hello.tar()).expect("there");
    for (i, length) in [whole.len() / 2, whole.len() - 4, 100].into_iter().enumerate() {
        let file = dir.join(format!("{i}.tar.gz"));
        fs::write(&file, &whole[..length]).expect("written");
        refused(&file, &["cut off or damaged", "again"]);
    }
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(whole.as_slice()), &mut plain).expect("gzip");
    let file = dir.join("plain.tar");
    fs::write(&file, &plain[..plain.len() / 2 + 77]).expect("written");
    refused(&file, &["cut off or damaged", "again"]);
}

#[test]
fn a_broken_beam() {
    let (_keep, dir) = copy_of(Example::Hello);
    let beam = dir.join("lib/hello-1.0.0/ebin/hello_app.beam");
    let whole = fs::read(&beam).expect("there");
    for bytes in [&whole[..whole.len() / 2], b"", b"not a beam"] {
        fs::write(&beam, bytes).expect("written");
        refused(&dir, &["lib/hello-1.0.0/ebin/hello_app.beam is broken", "build the release again"]);
    }
}

#[test]
fn no_boot_script() {
    let (_keep, dir) = copy_of(Example::ElixirHello);
    let boot = dir.join("releases/1.0.0/start.boot");
    fs::write(&boot, b"\x83h\x03d\0\x06script").expect("written");
    refused(&dir, &["start.boot is no boot script", "again"]);
    fs::remove_file(&boot).expect("removed");
    refused(&dir, &["there is no start.boot in releases/1.0.0", "again"]);
}

#[test]
fn bad_vm_args() {
    let (_keep, dir) = copy_of(Example::Hello);
    fs::write(dir.join("releases/1.0.0/vm.args.src"), "-sname x\n+S\n").expect("written");
    refused(&dir, &["Missing argument(s) for '+S'", "vm.args"]);
    fs::write(dir.join("releases/1.0.0/vm.args.src"), "-args_file /etc/none\n").expect("written");
    refused(&dir, &["/etc/none is not in the release"]);
}

#[test]
fn nowhere_to_write() {
    let dir = Example::Hello.dir();
    let to = |path: &str| joist(&["build".as_ref(), dir.as_os_str(), "-o".as_ref(), path.as_ref()]).one_line();
    assert!(to("/nonexistent/x.elf").contains("can't write /nonexistent/x.elf"));
    assert!(to("/tmp").contains("is a directory"));
}

#[test]
fn unknown_flags_and_values() {
    for (args, words) in [
        (&["build", "--frob", "x"][..], &["--frob"][..]),
        (&["frob"], &["frob", "joist --help"]),
        (&["build"], &["<RELEASE>"]),
        (&["run", "x", "-m", "12Q"], &["12Q", "128M"]),
        (&["run", "x", "--smp", "0"], &["0"]),
        (&["run", "x", "-e", "novalue"], &["novalue", "NAME=VALUE"]),
        (&["run", "x", "--accel", "zzz"], &["zzz", "kvm"]),
        (&["run", "x", "--machine", "pc"], &["pc", "microvm"]),
        (&["run", "x", "-p", "8080"], &["8080", "--port", "HOST:GUEST"]),
        (&["run", "x", "-p", "0:80"], &["0:80", "port 0"]),
        (&["run", "x", "-p", "80:80/sctp"], &["sctp", "neither tcp nor udp"]),
        (&["run", "x", "-p", "80:80", "--no-net"], &["--port", "--no-net"]),
        (&["run", "x", "-p", "80:80", "--tap", "tap0"], &["--port", "--tap"]),
        (&["run", "x", "--tap", "a/b"], &["--tap", "a/b"]),
        (&["run", "x", "--ip", "10.0.0.1"], &["--ip", "10.0.0.2/24"]),
        (&["run", "x", "--dns", "resolver"], &["--dns", "resolver"]),
    ] {
        let line = joist(args).one_line();
        for word in words {
            assert!(line.contains(word), "{word:?} in {line:?}");
        }
    }
}

#[test]
fn no_qemu() {
    let dir = Example::Hello.dir();
    let mut command = std::process::Command::new(joist_tests::binary());
    let out = command.arg("run").arg(&dir).env("PATH", "/nonexistent").output().expect("joist starts");
    let line = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!((out.status.code(), line.lines().count()), (Some(1), 1), "{line}");
    assert!(line.contains("qemu-system-x86_64 is not on the path: install it"), "{line}");
}

#[test]
fn too_little_memory_for_the_image() {
    let (_temp, image) = packed(&Example::Hello.dir(), &[]);
    let line = joist(&["run".as_ref(), image.as_os_str(), "-m".as_ref(), "4M".as_ref()]).one_line();
    assert!(line.contains("4M of memory can't even hold the image: give it more than"), "{line}");
}

#[test]
fn no_image() {
    let (_keep, dir) = temp();
    let file = dir.join("x.elf");
    for bytes in [&b"hello"[..], b"\x7fELF", b""] {
        fs::write(&file, bytes).expect("written");
        let line = joist(&["inspect".as_ref(), file.as_os_str()]).one_line();
        assert!(line.contains("is no image"), "{line}");
    }
    let (_temp, image) = packed(&Example::Hello.dir(), &[]);
    let mut bytes = fs::read(&image).expect("there");
    let last = bytes.len() - 100;
    bytes[last] ^= 1;
    fs::write(&file, &bytes).expect("written");
    let run = joist(&["inspect".as_ref(), file.as_os_str()]);
    assert_eq!(run.status, Some(1));
    assert!(run.err.contains("damaged"), "{}", run.err);
    fs::write(&file, &bytes[..bytes.len() / 2]).expect("written");
    let line = joist(&["inspect".as_ref(), file.as_os_str()]).one_line();
    assert!(line.contains("is no image"), "{line}");
}
