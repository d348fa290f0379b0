//! What a release needs of native code, found before it is booted: NIF libraries, drivers, port programs.

use crate::beam::Beam;
use crate::natives;
use crate::release::Release;
use crate::tree::{Entry, What, parent};
use std::collections::{BTreeMap, BTreeSet};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// An application that is started needs it: the release won't work.
    Missing,
    /// It is in the release, and nothing that is started needs it.
    Unused,
    /// Something that may be asked for at run time and will be refused.
    Limited,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Missing => "missing",
            Severity::Unused => "unused",
            Severity::Limited => "limited",
        }
    }
}

/// One thing that Joist can't serve.
#[derive(Debug, Clone)]
pub struct Finding {
    pub severity: Severity,
    /// The application's directory, as `crypto-5.1.2`.
    pub application: String,
    /// A module or a file.
    pub what: String,
    pub why: String,
}

/// Looks at every module and every file in a `priv` directory.
pub fn check(release: &Release) -> Vec<Finding> {
    let started: BTreeSet<String> = release
        .boot
        .applications
        .iter()
        .filter(|a| !matches!(a.start.as_str(), "load" | "none"))
        .map(|a| format!("{}-{}", a.name, a.version))
        .collect();
    let mut found = Vec::new();
    // Applications with a NIF module that isn't served, and the modules: their libraries need no finding of their own.
    let mut nifs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let users = users(release);
    for (path, entry) in release.tree.iter() {
        let (Some(application), What::File(data)) = (application(path), &entry.what) else { continue };
        if !path.ends_with(".beam") {
            continue;
        }
        let data = crate::pack::unpacked(data);
        let Ok(beam) = Beam::new_checked(&data) else { continue };
        let module = beam.module();
        if beam.calls("erlang", "load_nif") && !natives::served(module) {
            let severity = if started.contains(application) { Severity::Missing } else { Severity::Unused };
            let mut why = match natives::known(module) {
                Some(what) => format!("not served yet: {what}"),
                None => "its NIF library is unknown to Joist".to_owned(),
            };
            let others: Vec<&str> = users.get(module).into_iter().flatten().map(String::as_str).collect();
            if let [_, ..] = others.as_slice() {
                why = format!("{why}; called by {}", others.join(", "));
            }
            nifs.entry(application.to_owned()).or_default().push(module.to_owned());
            found.push(Finding {
                severity,
                application: application.to_owned(),
                what: format!("module {module}"),
                why,
            });
        }
        // OTP's own users of these are the implementation of what is refused.
        if !is_otp(application) {
            for (callee, name) in
                [("os", "cmd"), ("erlang", "open_port"), ("erl_ddll", "load_driver"), ("erl_ddll", "load")]
            {
                if beam.calls(callee, name) {
                    let why =
                        format!("calls {callee}:{name}: there are no host programs or drivers, it answers an error");
                    let what = format!("module {module}");
                    found.push(Finding { severity: Severity::Limited, application: application.to_owned(), what, why });
                }
            }
        }
    }
    for (path, entry) in release.tree.iter() {
        let (Some(application), What::File(data)) = (application(path), &entry.what) else { continue };
        if !path.contains("/priv/") {
            continue;
        }
        let Some(what) = native_file(path, entry, data) else { continue };
        let library = what == "library";
        if library && nifs.get(application).is_some_and(|modules| modules.iter().all(|m| natives::known(m).is_some())) {
            continue;
        }
        let severity = if started.contains(application) { Severity::Missing } else { Severity::Unused };
        let why = if library {
            "a shared library (NIF or driver): machine code for Linux can't be loaded".to_owned()
        } else {
            let name = application.split('-').next().unwrap_or_default();
            let known = natives::PORT_PROGRAMS.iter().find(|(app, _)| *app == name);
            known.map_or_else(|| "a port program: there are no host processes".to_owned(), |(_, why)| (*why).to_owned())
        };
        found.push(Finding { severity, application: application.to_owned(), what: path.to_owned(), why });
    }
    found.sort_by(|a, b| (a.severity, &a.application, &a.what).cmp(&(b.severity, &b.application, &b.what)));
    found
}

/// For each known native module that isn't served, the other applications whose modules call it.
fn users(release: &Release) -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut users: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for (path, entry) in release.tree.iter().filter(|(path, _)| path.ends_with(".beam")) {
        let (Some(application), What::File(data)) = (application(path), &entry.what) else { continue };
        let data = crate::pack::unpacked(data);
        let Ok(beam) = Beam::new_checked(&data) else { continue };
        for (module, _) in natives::KNOWN {
            let own = application.rsplit_once('-').is_some_and(|(name, _)| module.starts_with(name));
            if !own && beam.imports().any(|(m, ..)| m == *module) {
                users.entry(module).or_default().insert(application.to_owned());
            }
        }
    }
    users
}

/// `lib/APP-VSN/…` lies in `APP-VSN`.
fn application(path: &str) -> Option<&str> {
    path.strip_prefix("lib/")?.split('/').next()
}

fn is_otp(application: &str) -> bool {
    const OTP: &str = "kernel stdlib sasl compiler os_mon tools runtime_tools observer inets ssh ssl public_key crypto \
        asn1 mnesia ftp tftp eldap diameter eunit reltool common_test debugger et wx odbc snmp megaco dialyzer \
        elixir iex mix logger";
    let name = application.rsplit_once('-').map_or(application, |(name, _)| name);
    OTP.split_whitespace().any(|otp| otp == name)
}

/// Is it machine code or a script that a host would run?
fn native_file(path: &str, entry: &Entry, data: &[u8]) -> Option<&'static str> {
    let name = &path[parent(path).len()..];
    let elf = data.starts_with(b"\x7fELF");
    if name.contains(".so") || path.ends_with(".dll") || path.ends_with(".dylib") {
        return elf.then_some("library");
    }
    let executable = entry.mode & 0o111 != 0;
    (executable && (elf || data.starts_with(b"#!"))).then_some("program")
}
