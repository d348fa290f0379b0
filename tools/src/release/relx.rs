//! How `bin/NAME foreground` of a rebar3 release starts it. Read beside it: relx's `priv/templates/extended_bin`,
//! which becomes that script, and rebar3's documentation of `vm_args_src` and `sys_config_src`.

use super::args::{Command, finish, words};
use super::vars::Vars;
use super::{Release, Start};
use crate::error::Result;
use crate::tree::{Entry, What};

pub fn start(release: &mut Release, env: &[(String, String)], extra: &[Vec<u8>]) -> Result<Start> {
    let root = release.root.clone();
    let script = format!("{root}/bin/{}", release.name);
    let mut vars = Vars::new(env);
    vars.default_to("RUN_ERL_DISABLE_FLOWCNTRL", "true");
    if matches!(vars.get("TERM"), None | Some("" | "dumb")) {
        vars.set("TERM", "screen");
    }
    for (name, value) in
        [("REL_NAME", &release.name), ("RELEASE_NAME", &release.name), ("RELEASE_VSN", &release.version)]
    {
        vars.set(name, value.clone());
    }
    vars.set("RELEASE_PROG", script.clone());
    vars.default_to("ESCRIPT_NAME", script.clone());
    vars.default_to("RELX_RPC_TIMEOUT", "60");
    let libraries = vars.get("LD_LIBRARY_PATH").unwrap_or_default().to_owned();
    vars.set("LD_LIBRARY_PATH", format!("{root}/erts-{}/lib:{libraries}", release.erts));

    let vm_args = file(release, &mut vars, "vm.args", "VMARGS_PATH");
    let config = file(release, &mut vars, "sys.config", "RELX_CONFIG_PATH");
    if let Some(name) = node_name(release, &vm_args) {
        vars.set("NAME", if name.contains('@') { name } else { format!("{name}@localhost") });
    }
    hooks(release);

    let mode = vars.get("CODE_LOADING_MODE").filter(|m| !m.is_empty()).unwrap_or("embedded").to_owned();
    let boot = format!("{root}/{}", release.boot_file);
    let libs = format!("{root}/lib");
    let mut line = words(&["-noinput", "+Bd", "-boot", &boot, "-mode", &mode, "-boot_var", "SYSTEM_LIB_DIR", &libs]);
    line.extend(words(&["-config", &config, "-args_file", &vm_args, "--", "foreground"]));
    line.extend_from_slice(extra);
    // The script takes `${0#*/}` for the program's name.
    let progname = script.trim_start_matches('/').to_owned();
    finish(release, vars, Command { words: line, progname, cwd: root })
}

/// Finds a configuration file as the script does, and puts variables into it where it has a `.src`. Answers its place
/// in the image.
fn file(release: &mut Release, vars: &mut Vars, name: &str, variable: &str) -> String {
    if let Some(path) = vars.get(variable).filter(|p| !p.is_empty()) {
        return path.to_owned();
    }
    let path = if release.tree.has(name) { name.to_owned() } else { format!("{}/{name}", release.dir()) };
    let replace_all = vars.get("RELX_REPLACE_OS_VARS").is_some_and(|v| !v.is_empty());
    let source = [format!("{path}.src")]
        .into_iter()
        .chain(replace_all.then(|| format!("{path}.orig")))
        .chain(replace_all.then(|| path.clone()))
        .find(|p| release.tree.has(p));
    if let Some(entry) = source.and_then(|source| release.tree.file(&source)).cloned()
        && let What::File(data) = &entry.what
    {
        let text = vars.replace(&String::from_utf8_lossy(data));
        release.tree.insert(&path, Entry { what: What::File(text.into_bytes()), ..entry });
    }
    format!("{}/{path}", release.root)
}

/// The node's name from vm.args, which the script exports as `NAME`.
fn node_name(release: &Release, vm_args: &str) -> Option<String> {
    let path = vm_args.strip_prefix(&release.root)?.trim_start_matches('/');
    let text = release.tree.text(path)?;
    let line = text.lines().find(|l| l.starts_with("-sname ") || l.starts_with("-name "))?;
    line.split_whitespace().nth(1).map(str::to_owned)
}

/// Hooks are shell scripts: there is no shell to run them.
fn hooks(release: &mut Release) {
    let Some(script) = release.tree.text(&format!("bin/{}", release.name)) else { return };
    for line in script.lines() {
        if let Some(hooks) = line.strip_prefix("PRE_START_HOOKS=\"").and_then(|l| l.strip_suffix('"'))
            && !hooks.is_empty()
        {
            release.notes.push(format!("the pre-start hooks ({hooks}) are not run: there is no shell"));
        }
    }
}
