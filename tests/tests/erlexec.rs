//! `joist_image::erlexec` against the stock program, on arguments made at random. `$JOIST_TEST_OTPS` names further
//! OTP installations (the directories with `erts-VSN` in them), separated by colons; else it is that of `erl`.

use joist_image::erlexec::{self, Error, Place, Sources};
use proptest::prelude::*;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

struct Otp {
    bin: PathBuf,
    release: u32,
}

fn installations() -> &'static [Otp] {
    static FOUND: OnceLock<Vec<Otp>> = OnceLock::new();
    FOUND.get_or_init(find)
}

fn find() -> Vec<Otp> {
    let erl =
        Command::new("erl").args(["-noshell", "-eval", "io:put_chars(code:root_dir()),halt()."]).output().expect("erl");
    let mut roots = vec![PathBuf::from(String::from_utf8(erl.stdout).expect("a path"))];
    roots.extend(joist_tests::other_otps());
    roots.iter().map(|root| at(root)).collect()
}

fn at(root: &Path) -> Otp {
    let names =
        std::fs::read_dir(root).expect("an installation").filter_map(|e| e.ok()?.file_name().into_string().ok());
    let erts = names.into_iter().find(|n| n.starts_with("erts-")).expect("its erts");
    let major: u32 = erts["erts-".len()..].split('.').next().expect("a version").parse().expect("a number");
    Otp { bin: root.join(erts).join("bin"), release: major + 12 }
}

/// What the stock program hands to the emulator, the name left out; `None` where it refuses.
fn stock(otp: &Otp, args: &[String], env: &[(&str, String)]) -> Option<Vec<String>> {
    let mut command = Command::new(otp.bin.join("erlexec"));
    command.args(args).env_clear().envs(env.iter().map(|(n, v)| (n, v)));
    command
        .env("ROOTDIR", "/r")
        .env("BINDIR", &otp.bin)
        .env("EMU", "beam")
        .env("PROGNAME", "p")
        .env("HOME", "/h")
        .env("PATH", "/x");
    let out = command.output().expect("erlexec starts");
    let text = String::from_utf8(out.stdout).expect("text");
    out.status.success().then(|| text.lines().map(str::to_owned).collect())
}

fn ours(otp: &Otp, args: &[String], env: &[(&str, String)]) -> Option<Vec<String>> {
    let words = |name: &str| {
        let value = env.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v);
        erlexec::split_line(value.as_bytes(), false, otp.release)
    };
    let command = args.iter().map(|a| a.clone().into_bytes()).collect();
    let sources = Sources { before: words("ERL_AFLAGS"), command, after: [words("ERL_FLAGS"), words("ERL_ZFLAGS")] };
    let read = |name: &[u8]| {
        let path = Path::new(std::ffi::OsStr::from_bytes(name));
        std::fs::read(path).map_err(|_| Error::Missing(name.to_vec()))
    };
    let sorted = erlexec::sort(otp.release, &erlexec::expand(otp.release, &sources, read).ok()?).ok()?;
    let place = Place {
        rootdir: b"/r".to_vec(),
        bindir: otp.bin.as_os_str().as_bytes().to_vec(),
        progname: b"p".to_vec(),
        home: Some(b"/h".to_vec()),
        ..Place::default()
    };
    let all = erlexec::assemble(&place, &sorted);
    Some(all[1..].iter().map(|a| String::from_utf8(a.clone()).expect("text")).collect())
}

/// Makes the stock program print what it would have started.
const PRINT: &str = "-emu_args_exit";

const WORDS: &[&str] = &[
    "+S",
    "+SP",
    "+SDcpu",
    "+SDPcpu",
    "+SDio",
    "+SDio1",
    "+SDx",
    "+P",
    "+P5",
    "+Q",
    "+A",
    "+a",
    "+K",
    "+W",
    "+Ww",
    "+t",
    "+T",
    "+R",
    "+e",
    "+C",
    "+i",
    "+n",
    "+B",
    "+Bi",
    "+Bc",
    "+Bd",
    "+Bx",
    "i",
    "c",
    "d",
    "+c",
    "true",
    "false",
    "+h",
    "+hms",
    "+hmbs",
    "+hmax",
    "+hmaxk",
    "+hmaxel",
    "+hmqd",
    "+hpds",
    "+hxx",
    "+Mea",
    "+MBas",
    "+MBe",
    "+MSrmbcmt",
    "+Muycs",
    "+Mummc",
    "+MMmcs",
    "+Mxx",
    "+Musac",
    "+Mim",
    "+r",
    "+rg",
    "+sbt",
    "+sbwt",
    "+sbwtdio",
    "+scl",
    "+sfwi",
    "+stbt",
    "+sub",
    "+sws",
    "+sss",
    "+sxx",
    "+pc",
    "+px",
    "+zdbbl",
    "+zebwt",
    "+zxx",
    "+IOt",
    "+IOp",
    "+IOPt",
    "+IOPp",
    "+IOs",
    "+IOt4",
    "+IOx",
    "+JPperf",
    "+l",
    "+v",
    "+V",
    "+fnu",
    "+",
    "-noinput",
    "-noshell",
    "-s",
    "-eval",
    "-run",
    "-boot",
    "-config",
    "-configfd",
    "0",
    "7",
    "-detached",
    "-env",
    "-epmd",
    "-heart",
    "-make",
    "-compile",
    "-version",
    "-smp",
    "auto",
    "enable",
    "-smpauto",
    "-emu_flavor",
    "smp",
    "-proto_dist",
    "inet_tcp",
    "-start_epmd",
    "false",
    "-name",
    "-sname",
    "-keep_window",
    "-nohup",
    "-hidden",
    "-extra",
    "--",
    "-",
    "x",
    "y z",
    "a'b",
    "",
];

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(WORDS).prop_map(str::to_owned)
}

/// Text for variables and arguments files: words, quotes, comments, any white space.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => word(),
        1 => prop::sample::select(&["'", "\"", "\\", "#", "\n", "\t", "'q r'", "\"a\\\"", "# c\n", "\\ ", "\r\n"][..]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.join(" "))
}

/// Starting a port mapper, or refusing to print a line, is not what is compared.
fn comparable(args: &[String], texts: &[&String]) -> bool {
    // With a name the stock program starts epmd at once; a new line inside an argument can't be read back.
    let all = args.iter().chain(texts.iter().copied());
    all.into_iter().all(|a| !a.contains("name") && !a.contains("nohup"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sorting(args in prop::collection::vec(word(), 0..9)) {
        prop_assume!(comparable(&args, &[]));
        let args: Vec<String> = [PRINT.to_owned()].into_iter().chain(args).collect();
        for otp in installations() {
            prop_assert_eq!(ours(otp, &args, &[]), stock(otp, &args, &[]), "OTP {}", otp.release);
        }
    }

    #[test]
    fn files_and_variables(args in prop::collection::vec(word(), 0..4), at in 0..4usize, file in text(), before in text(), after in text()) {
        // -make ends the arguments, and with them the question that is asked.
        prop_assume!(comparable(&args, &[&file, &before, &after]) && !before.contains("-make"));
        let before = format!("{PRINT} {before}");
        let temp = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(temp.path(), &file).expect("written");
        let mut args = args;
        let at = at.min(args.len());
        args.splice(at..at, ["-args_file".to_owned(), temp.path().display().to_string()]);
        let env = [("ERL_AFLAGS", before), ("ERL_ZFLAGS", after)];
        for otp in installations() {
            let lines = |found: Option<Vec<String>>| found.map(|words| words.join("\n").lines().map(str::to_owned).collect::<Vec<_>>());
            prop_assert_eq!(lines(ours(otp, &args, &env)), lines(stock(otp, &args, &env)), "OTP {}", otp.release);
        }
    }
}
