//! What the stock start scripts make of a release: they are run with an emulator that prints what it was given.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// The emulator's arguments (without the program's name) and environment.
#[derive(Debug)]
pub struct Stock {
    pub args: Vec<String>,
    pub env: BTreeMap<String, String>,
}

/// Runs a start script of the release in `dir` (which is changed), as if it lay in `/srv/NAME`.
pub fn stock(dir: &Path, name: &str, script: &[&str], env: &[(&str, &str)]) -> Stock {
    let erts = fs::read_dir(dir).expect("the release").filter_map(Result::ok).map(|e| e.path());
    let erts = erts.into_iter().find(|p| p.to_string_lossy().contains("/erts-")).expect("its erts");
    let (args_file, env_file) = (dir.join("stock.args"), dir.join("stock.env"));
    let beam = erts.join("bin/beam.smp");
    let recorder = format!(
        "#!/bin/sh\nfor a in \"$@\"; do printf '%s\\000' \"$a\"; done >{}\nenv -0 >{}\n",
        args_file.display(),
        env_file.display()
    );
    fs::remove_file(&beam).expect("the emulator");
    fs::write(&beam, recorder).expect("the recorder");
    fs::set_permissions(&beam, fs::Permissions::from_mode(0o755)).expect("executable");

    let mut command = Command::new(dir.join(script[0]));
    command.args(&script[1..]).env_clear().envs(env.iter().copied());
    command
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", "/root")
        .env("LANG", "C.UTF-8");
    let out = command.output().expect("the script starts");
    let here = dir.canonicalize().expect("the release").display().to_string();
    let there = format!("/srv/{name}");
    let strings = |file: &Path| -> Vec<String> {
        let bytes = fs::read(file).unwrap_or_else(|e| panic!("{e}: {out:?}"));
        let text = String::from_utf8_lossy(&bytes)
            .replace(&here, &there)
            .replace(here.trim_start_matches('/'), there.trim_start_matches('/'));
        text.split_terminator('\0').map(str::to_owned).collect()
    };
    let env = strings(&env_file).into_iter().filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    Stock { args: strings(&args_file), env: env.collect() }
}
