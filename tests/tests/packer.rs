//! What goes in comes out: files, modules, sizes, reproducibility.

use flate2::read::GzDecoder;
use joist_tests::{Example, copy_of, copy_tree, inspect, joist, made_by, other_otps, packed};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;

/// The image's files by path, with their hashes.
fn files(found: &Value) -> BTreeMap<String, String> {
    let files = found["files"].as_array().expect("a list").iter().filter(|f| f["type"] == "file");
    files.map(|f| (text(&f["path"]), text(&f["sha256"]))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// A file as the node reads it: modules without their compression.
fn plain(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).expect("a file");
    if path.extension() == Some(OsStr::new("beam")) && bytes.starts_with(&[0x1f, 0x8b]) {
        let mut out = Vec::new();
        GzDecoder::new(bytes.as_slice()).read_to_end(&mut out).expect("gzip");
        return out;
    }
    bytes
}

fn walk(dir: &Path, found: &mut Vec<std::path::PathBuf>) {
    for item in fs::read_dir(dir).expect("a directory") {
        let path = item.expect("an entry").path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_file_is_there() {
    for example in Example::ALL {
        let dir = example.dir();
        let (_temp, image) = example.packed();
        let inside = files(&inspect(&image));
        let mut outside = Vec::new();
        for part in ["lib", "releases"] {
            walk(&dir.join(part), &mut outside);
        }
        assert!(outside.len() > 100);
        for path in outside {
            let below = path.strip_prefix(&dir).expect("below").display().to_string();
            let bytes = plain(&path);
            if bytes.starts_with(b"\x7fELF") || below.ends_with("/sys.config") || below.ends_with("/vm.args") {
                continue; // machine code; files that the start script writes
            }
            let name = format!("/srv/{}/{below}", example.name());
            assert_eq!(inside.get(&name), Some(&hash(&bytes)), "{name}");
        }
    }
}

#[test]
fn what_an_image_says() {
    for (example, kind) in Example::ALL.into_iter().zip(["rebar3", "mix", "systools"]) {
        let (_temp, image) = example.packed();
        let found = inspect(&image);
        assert_eq!((text(&found["kind"]), text(&found["release"])), (kind.to_owned(), example.name().to_owned()));
        assert_eq!(text(&found["version"]), "1.0.0");
        assert_eq!(text(&found["cwd"]), format!("/srv/{}", example.name()));
        let preloaded: Vec<String> =
            found["preloaded"].as_array().expect("a list").iter().map(|p| text(&p["name"])).collect();
        for module in ["erlang", "init", "erl_prim_loader", "prim_file", "zlib"] {
            assert!(preloaded.iter().any(|p| p == module), "{module} in {preloaded:?}");
        }
        let apps: Vec<String> =
            found["applications"].as_array().expect("a list").iter().map(|a| text(&a["name"])).collect();
        assert!(apps.iter().any(|a| a == "kernel") && apps.iter().any(|a| a == example.name()), "{apps:?}");
        for program in ["beam.smp", "erlexec", "epmd"] {
            assert!(!files(&found).keys().any(|f| f.ends_with(&format!("/bin/{program}"))));
        }
    }
}

/// Kernel and all of kernel, stdlib, sasl and hello.
#[test]
fn hello_is_small() {
    let (_temp, image) = Example::Hello.packed();
    let size = fs::metadata(&image).expect("there").len();
    assert!(size <= 6_000_000, "{size} bytes");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for example in Example::ALL {
        let (_a, first) = example.packed();
        let (_c, second) = example.packed();
        assert_eq!(fs::read(&first).expect("there"), fs::read(&second).expect("there"), "{}", example.name());
    }
}

#[test]
fn tar_files_too() {
    for example in Example::ALL {
        let (_a, from_dir) = packed(&example.dir(), &[]);
        let (_b, from_tar) = packed(&example.tar(), &[]);
        let (mut dir, tar) = (files(&inspect(&from_dir)), files(&inspect(&from_tar)));
        // The tools leave a few other files out of their tar files.
        dir.retain(|path, _| path.ends_with(".beam"));
        for (path, sum) in dir {
            assert_eq!(tar.get(&path), Some(&sum), "{path}");
        }
    }
}

#[test]
fn a_release_without_erts_takes_that_of_the_machine() {
    let entry = |dir: &Path, prefix: &str| {
        let mut all = fs::read_dir(dir).expect("there").filter_map(Result::ok).map(|e| e.path());
        all.find(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(prefix))).expect("an entry")
    };
    let (_keep, dir) = copy_of(Example::Hello);
    let (_own, image) = packed(&dir, &[]);
    let own = inspect(&image);
    fs::remove_dir_all(entry(&dir, "erts-")).expect("removed");
    fs::remove_dir_all(entry(&dir.join("lib"), "sasl-")).expect("removed");
    let (_temp, image) = packed(&dir, &[]);
    let found = inspect(&image);
    assert_eq!(found["preloaded"], own["preloaded"]);
    assert!(files(&found).keys().any(|f| f.ends_with("/sasl.beam")));
}

/// rebar3's development mode links applications and configuration instead of copying them.
#[test]
fn links_that_lead_out_are_followed() {
    let (keep, dir) = copy_of(Example::Hello);
    let elsewhere = keep.path().join("elsewhere");
    copy_tree(&dir.join("lib/hello-1.0.0"), &elsewhere);
    fs::create_dir(elsewhere.join("src")).expect("made");
    fs::write(elsewhere.join("src/secret.erl"), "x").expect("written");
    fs::remove_dir_all(dir.join("lib/hello-1.0.0")).expect("removed");
    symlink(&elsewhere, dir.join("lib/hello-1.0.0")).expect("linked");
    symlink("lib", dir.join("libs")).expect("linked");
    symlink("nowhere", dir.join("dangling")).expect("linked");
    let (_temp, image) = packed(&dir, &[]);
    let found = inspect(&image);
    assert!(files(&found).contains_key("/srv/hello/lib/hello-1.0.0/ebin/hello_app.beam"));
    assert!(!files(&found).contains_key("/srv/hello/lib/hello-1.0.0/src/secret.erl"));
    let links: Vec<&Value> =
        found["files"].as_array().expect("a list").iter().filter(|f| f["type"] == "symlink").collect();
    assert_eq!(links.iter().map(|l| text(&l["path"])).collect::<Vec<_>>(), ["/srv/hello/libs"]);
}

#[test]
fn variables_go_into_configuration() {
    let (_temp, image) = packed(&Example::Hello.dir(), &["-e", "GREETING=Servus"]);
    let config = |path: &str| {
        joist(&[OsStr::new("inspect"), OsStr::new("--cat"), OsStr::new(path), image.as_os_str()]).good().out
    };
    assert!(config("/srv/hello/releases/1.0.0/sys.config").contains("\"Servus\""));
    assert!(config("/srv/hello/releases/1.0.0/vm.args").contains("-setcookie hello\n"));
    assert_eq!(text(&inspect(&image)["env"]["GREETING"]), "Servus");
}

#[test]
fn mix_runtime_config_is_writable() {
    let (_keep, dir) = copy_of(Example::ElixirHello);
    let path = dir.join("releases/1.0.0/sys.config");
    let config = fs::read_to_string(&path).expect("there").replace("RUNTIME_CONFIG=false", "RUNTIME_CONFIG=true");
    fs::write(&path, config).expect("written");
    let (_temp, image) = packed(&dir, &[]);
    let found = inspect(&image);
    let place = "/srv/elixir_hello/tmp/elixir_hello-1.0.0.runtime";
    assert_eq!(text(&found["env"]["RELEASE_SYS_CONFIG"]), place);
    assert!(files(&found).contains_key(&format!("{place}.config")));
}

#[test]
fn check_names_native_code() {
    let (_keep, dir) = copy_of(Example::Hello);
    let check = |dir: &Path| joist(&[OsStr::new("check"), OsStr::new("--json"), dir.as_os_str()]);
    let clean = check(&dir).good();
    assert_eq!(serde_json::from_str::<Value>(&clean.out).expect("JSON")["missing"], 0);
    let native = dir.join("lib/hello-1.0.0/priv");
    fs::create_dir_all(&native).expect("made");
    fs::write(native.join("fast.so"), b"\x7fELF...").expect("written");
    let run = check(&dir);
    assert_eq!(run.status, Some(1));
    let found: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(found["findings"][0]["what"], "lib/hello-1.0.0/priv/fast.so");
    assert_eq!(found["findings"][0]["severity"], "missing");
    let (_temp, image) = packed(&dir, &[]);
    assert!(!files(&inspect(&image)).keys().any(|f| f.ends_with(".so")));
}

#[test]
fn doctor_says_something_for_each() {
    let run = joist(&["doctor", "--json"]);
    let found: Value = serde_json::from_str(&run.out).expect("JSON");
    for name in ["qemu", "kvm", "otp"] {
        assert!(found["found"][name]["says"].is_string(), "{name}");
    }
}

#[test]
fn releases_of_other_otps() {
    for otp in other_otps() {
        let temp = tempfile::tempdir().expect("a directory");
        let (_keep, image) = packed(&made_by(&otp, temp.path()), &[]);
        let found = inspect(&image);
        let release: u32 = text(&found["otp"]).parse().expect("a number");
        assert!((25..=29).contains(&release));
        assert_eq!(found["preloaded"].as_array().map(Vec::len), Some(if release == 25 { 21 } else { 22 }));
    }
}
