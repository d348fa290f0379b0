//! How `bin/NAME start` of a mix release starts it. Read beside it: Elixir's `lib/mix/lib/mix/tasks/release.init.ex`
//! (the script), `bin/elixir` (which the release holds as `releases/VSN/elixir`) and `lib/elixir/lib/config/provider.ex`.

use super::args::{Command, finish, words};
use super::env_sh;
use super::vars::Vars;
use super::{Release, Start};
use crate::error::{Error, Result};
use crate::tree::{Entry, What};

pub fn start(release: &mut Release, env: &[(String, String)], extra: &[Vec<u8>]) -> Result<Start> {
    let root = release.root.clone();
    let dir = release.dir();
    let mut vars = Vars::new(env);
    vars.set("RELEASE_ROOT", root.clone());
    let name = release.name.clone();
    let name = vars.default_to("RELEASE_NAME", name);
    let version = vars.default_to("RELEASE_VSN", release.version.clone());
    if version != release.version {
        let cause = format!("RELEASE_VSN={version} is not the version that releases/start_erl.data names");
        return Err(Error::new(cause, "leave RELEASE_VSN out"));
    }
    vars.set("RELEASE_COMMAND", "start");
    vars.default_to("RELEASE_PROG", name.clone());
    if let Some(text) = release.tree.text(&format!("{dir}/env.sh")) {
        release.notes.extend(env_sh::run(&text, &mut vars));
    }
    let in_root = |path: &str| format!("{root}/{path}");
    let cookie = release.tree.text("releases/COOKIE").map(|c| c.trim_end_matches('\n').to_owned());
    let cookie = match (vars.get("RELEASE_COOKIE").filter(|c| !c.is_empty()), cookie) {
        (Some(given), _) => given.to_owned(),
        (None, Some(own)) => own,
        (None, None) => {
            let cause = "the release has no releases/COOKIE";
            return Err(Error::new(cause, "make it again, or give the cookie with -e RELEASE_COOKIE=…"));
        }
    };
    vars.set("RELEASE_COOKIE", cookie.clone());
    let mode = vars.default_to("RELEASE_MODE", "embedded");
    vars.default_to("RELEASE_NODE", name.clone());
    let tmp = vars.default_to("RELEASE_TMP", in_root("tmp"));
    let vm_args = vars.default_to("RELEASE_VM_ARGS", in_root(&format!("{dir}/vm.args")));
    vars.default_to("RELEASE_REMOTE_VM_ARGS", in_root(&format!("{dir}/remote.vm.args")));
    if vars.get("RELEASE_DISTRIBUTION").is_none_or(|d| d != "none") {
        release.notes.push("RELEASE_DISTRIBUTION is `none`: there is no distribution yet".into());
    }
    vars.set("RELEASE_DISTRIBUTION", "none");
    let boot = vars.default_to("RELEASE_BOOT_SCRIPT", "start");
    vars.default_to("RELEASE_BOOT_SCRIPT_CLEAN", "start_clean");
    let config = system_config(release, &mut vars, &tmp)?;

    let boot = in_root(&format!("{dir}/{boot}"));
    let libs = in_root("lib");
    // What releases/VSN/elixir makes of its arguments: erl's own in the order given, then `-extra` and the rest.
    let mut given =
        words(&["-setcookie", &cookie, "-config", &config, "-boot", &boot, "-boot_var", "RELEASE_LIB", &libs]);
    given.extend(words(&["-args_file", &vm_args]));
    let script = release.tree.text(&format!("{dir}/elixir")).unwrap_or_default();
    let mut line = elixir(&script, &vars, &mode, &format!("{root}/{dir}"));
    line.append(&mut given);
    // Arguments for erl that come on top go before `-extra`, where they are flags and not System.argv/0.
    line.extend_from_slice(extra);
    line.extend(words(&["-extra", "--no-halt"]));
    let home = vars.get("HOME").unwrap_or("/root").to_owned();
    vars.set("HOME", home);
    finish(release, vars, Command { words: line, progname: "erl".into(), cwd: root })
}

/// `export_release_sys_config`: with `RUNTIME_CONFIG=true` the configuration is copied to where the provider may write
/// its result. The copy's name has no date and random number in it: one image is one start.
fn system_config(release: &mut Release, vars: &mut Vars, tmp: &str) -> Result<String> {
    let default = format!("{}/{}/sys", release.root, release.dir());
    let config = vars.get("RELEASE_SYS_CONFIG").filter(|c| !c.is_empty()).map_or(default, str::to_owned);
    let inside = config.strip_prefix(&release.root).map(|p| format!("{}.config", p.trim_start_matches('/')));
    let entry = inside.and_then(|path| release.tree.file(&path)).cloned().ok_or_else(|| {
        Error::new(
            format!("{config}.config is not in the release"),
            "make the release again, or correct RELEASE_SYS_CONFIG",
        )
    })?;
    let What::File(data) = &entry.what else { return Ok(config) };
    let config = if String::from_utf8_lossy(data).contains("RUNTIME_CONFIG=true") {
        let copy = format!("{tmp}/{}-{}.runtime", release.name, release.version);
        if let Some(path) = copy.strip_prefix(&release.root) {
            release.tree.insert(&format!("{}.config", path.trim_start_matches('/')), Entry { mode: 0o644, ..entry });
        }
        copy
    } else {
        config
    };
    vars.set("RELEASE_SYS_CONFIG", config.clone());
    Ok(config)
}

/// The words before the given ones: `releases/VSN/elixir` ends in `set -- "$ERTS_BIN$ERL_EXEC" WORDS "$@"`, whose
/// words differ from one Elixir to the next (1.14: `$ELIXIR_ERL_OPTIONS $ERL`).
fn elixir(script: &str, vars: &Vars, mode: &str, script_path: &str) -> Vec<Vec<u8>> {
    // `if [ "$MODE" != "iex" ]; then ERL="-noshell -s elixir start_cli $ERL"; fi`
    let start = script
        .lines()
        .filter_map(|l| l.split_once("then ERL=\"")?.1.split_once(" $ERL\""))
        .map(|(words, _)| words)
        .find(|words| words.contains("start_cli"))
        .unwrap_or("-noshell -s elixir start_cli");
    // The script begins with `ERL=""`, so that what is added has a space before it.
    let erl = format!("{start}  -mode {mode}");
    let line = script
        .lines()
        .find_map(|l| l.trim().strip_prefix("set -- \"$ERTS_BIN$ERL_EXEC\" ")?.strip_suffix(" \"$@\""))
        .unwrap_or("$ELIXIR_ERL_OPTIONS $ERL");
    let mut out = Vec::new();
    for word in line.split_whitespace() {
        match word {
            "$ERL" => out.extend(erl.split_whitespace().map(str::to_owned)),
            "$ELIXIR_ERL_OPTIONS" => {
                out.extend(vars.get("ELIXIR_ERL_OPTIONS").unwrap_or_default().split_whitespace().map(str::to_owned));
            }
            _ => out.push(word.replace('"', "").replace("$SCRIPT_PATH", script_path)),
        }
    }
    out.into_iter().map(String::into_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_elixirs() {
        let vars = Vars::new(&[("ELIXIR_ERL_OPTIONS".into(), "+fnu -x".into())]);
        let join = |words: Vec<Vec<u8>>| String::from_utf8(words.join(&b' ')).expect("text");
        let old = "if [ \"$MODE\" != \"iex\" ]; then ERL=\"-noshell -s elixir start_cli $ERL\"; fi\nset -- \"$ERTS_BIN$ERL_EXEC\" $ELIXIR_ERL_OPTIONS $ERL \"$@\"";
        assert_eq!(join(elixir(old, &vars, "embedded", "/r")), "+fnu -x -noshell -s elixir start_cli -mode embedded");
        let new = "if [ \"$MODE\" != \"iex\" ]; then ERL=\"-s elixir start_cli $ERL\"; fi\nset -- \"$ERTS_BIN$ERL_EXEC\" -noshell -elixir_root \"$SCRIPT_PATH\"/../lib $ELIXIR_ERL_OPTIONS $ERL \"$@\"";
        assert_eq!(
            join(elixir(new, &vars, "interactive", "/r")),
            "-noshell -elixir_root /r/../lib +fnu -x -s elixir start_cli -mode interactive"
        );
    }
}
