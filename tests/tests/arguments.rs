//! The emulator is handed what the stock start script would have had `erlexec` hand it.

use joist_tests::{Example, copy_of, inspect, packed, stock};
use std::fs;
use std::path::Path;

fn args(image: &Path) -> Vec<String> {
    let found = inspect(image);
    found["args"].as_array().expect("a list").iter().map(|a| a.as_str().expect("text").to_owned()).collect()
}

/// Without what is left out as long as there is no distribution.
fn undistributed(mut args: Vec<String>) -> Vec<String> {
    while let Some(at) = args.iter().position(|a| a == "-sname" || a == "-name") {
        args.drain(at..at + 2);
    }
    args
}

/// Packs the release with these variables and compares arguments and environment with the script's.
fn same(example: Example, edit: impl Fn(&Path), env: &[(&str, &str)], script: &[&str]) {
    let (_keep, dir) = copy_of(example);
    edit(&dir);
    let flags: Vec<String> = env.iter().flat_map(|(n, v)| ["-e".to_owned(), format!("{n}={v}")]).collect();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let (_temp, image) = packed(&dir, &flags);
    let ours = args(&image);
    let env: Vec<(&str, &str)> = env.iter().copied().chain([("RELEASE_DISTRIBUTION", "none")]).collect();
    let theirs = stock(&dir, example.name(), script, &env);
    assert_eq!(ours[1..], undistributed(theirs.args));
    let found = inspect(&image);
    let ours = found["env"].as_object().expect("an object");
    // What a shell adds of its own, what names this run, and what is about the distribution.
    let passing = ["PWD", "OLDPWD", "SHLVL", "_", "NAME", "RELEASE_DISTRIBUTION", "RELEASE_PROG"];
    for (name, value) in theirs.env.iter().filter(|(n, _)| !passing.contains(&n.as_str())) {
        let ours = ours.get(name).and_then(|v| v.as_str());
        // relx exports its own LD_LIBRARY_PATH after the caller's, which is empty here.
        assert_eq!(ours, Some(value.as_str()), "{name}");
    }
}

#[test]
fn rebar3() {
    same(Example::Hello, |_| {}, &[], &["bin/hello", "foreground"]);
}

#[test]
fn rebar3_with_variables() {
    let env = [("GREETING", "Hi & bye"), ("COOKIE", "x-y"), ("CODE_LOADING_MODE", "interactive"), ("TERM", "vt100")];
    same(Example::Hello, |_| {}, &env, &["bin/hello", "foreground"]);
}

#[test]
fn rebar3_with_every_kind_of_flag() {
    let vm_args = "# a comment\n-sname hello # another\n-setcookie 'a b'\n+P 5000 +Q 1024\n+S 2:1 +SDio 3\n+sbwt none +stbt db\n\
        +MBas aobf +Mea max +hms 400 +zdbbl 100 +W w +c +B i\n-kernel x \"{a,\\\"b\\\"}\" y c\\ d\n-env FOO bar\n\
        -args_file releases/1.0.0/more.args\n-smp auto\n-eval 'io:format(\"x\").'\n-extra last words\n";
    let edit = |dir: &Path| {
        fs::write(dir.join("releases/1.0.0/vm.args.src"), vm_args).expect("written");
        fs::write(dir.join("releases/1.0.0/more.args"), "+K true\n-s foo bar\n-extra inner\n").expect("written");
    };
    same(Example::Hello, edit, &[], &["bin/hello", "foreground"]);
}

#[test]
fn rebar3_with_erl_flags() {
    let env = [("ERL_FLAGS", "+A 7 -zz 'q r'"), ("ERL_AFLAGS", "-aa # no comment"), ("ERL_ZFLAGS", "-last -extra e")];
    same(Example::Hello, |_| {}, &env, &["bin/hello", "foreground"]);
}

#[test]
fn mix() {
    same(Example::ElixirHello, |_| {}, &[], &["bin/elixir_hello", "start"]);
}

#[test]
fn mix_with_variables() {
    let edit = |dir: &Path| {
        let env_sh = "#!/bin/sh\nexport RELEASE_MODE=interactive\nexport A=\"b $RELEASE_NAME\"\nexport WORD=${X:-d}\n";
        fs::write(dir.join("releases/1.0.0/env.sh"), env_sh).expect("written");
        fs::write(dir.join("releases/1.0.0/vm.args"), "+fnu\n+P 70000\n-env ERL_FULLSWEEP_AFTER 10\n")
            .expect("written");
    };
    let env = [
        ("RELEASE_COOKIE", "secret"),
        ("RELEASE_NODE", "n"),
        ("RELEASE_TMP", "/tmp/x"),
        ("ELIXIR_ERL_OPTIONS", "-x 1 +A 3"),
    ];
    same(Example::ElixirHello, edit, &env, &["bin/elixir_hello", "start"]);
}

#[test]
fn systools() {
    let (_keep, copy) = copy_of(Example::SystoolsHello);
    let (_temp, image) = packed(&copy, &[]);
    let real = copy.canonicalize().expect("there");
    let (releases, data) = (real.join("releases"), real.join("releases/start_erl.data"));
    let text = |p: &Path| p.display().to_string();
    let theirs = stock(&copy, "systools_hello", &["bin/start_erl", &text(&real), &text(&releases), &text(&data)], &[]);
    assert_eq!(args(&image)[1..], theirs.args);
}

#[test]
fn arguments_of_the_user() {
    let (_temp, image) = packed(&Example::Hello.dir(), &["--", "+S", "1", "-s", "m", "f"]);
    let found = args(&image);
    let split = found.iter().position(|a| a == "--").expect("a separator");
    assert!(found[..split].windows(2).any(|w| w == ["-S", "1"]), "{found:?}");
    assert!(found[split..].windows(3).any(|w| w == ["-s", "m", "f"]), "{found:?}");
}
