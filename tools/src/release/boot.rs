//! The boot script: what `init` will do. Read beside it: OTP's `lib/sasl/src/systools_make.erl`
//! and `erts/preloaded/src/init.erl`.

use eetf::Term;

/// What the packer wants to know of a `.boot` file.
#[derive(Debug, Clone, Default)]
pub struct BootScript {
    pub name: String,
    pub preloaded: Vec<String>,
    /// All code paths, as `$ROOT/lib/kernel-8.5.3/ebin`.
    pub paths: Vec<String>,
    /// Modules that are loaded at boot in embedded mode.
    pub modules: Vec<String>,
    pub applications: Vec<Application>,
}

#[derive(Debug, Clone)]
pub struct Application {
    pub name: String,
    pub version: String,
    /// `permanent`, `transient`, `temporary`, `load` or `none`.
    pub start: String,
}

impl BootScript {
    /// Reads a `.boot` file, which is a script as an external term.
    pub fn parse(bytes: &[u8]) -> Option<BootScript> {
        let term = Term::decode(bytes).ok()?;
        let [Term::Atom(tag), about, Term::List(commands)] = tuple(&term)? else { return None };
        let [name, _] = tuple(about)? else { return None };
        if tag.name != "script" {
            return None;
        }
        let mut out = BootScript { name: string(name)?, ..BootScript::default() };
        for command in &commands.elements {
            out.command(command);
        }
        Some(out)
    }

    fn command(&mut self, command: &Term) -> Option<()> {
        let (head, argument) = match tuple(command)? {
            [head, argument] => (head, argument),
            // `{kernelProcess, Name, MFA}`: the kernel application is not loaded by application:load/1, but handed to
            // its controller.
            [head, name, mfa] if atom(head)? == "kernelProcess" && atom(name)? == "application_controller" => {
                let [_, _, arguments] = tuple(mfa)? else { return None };
                let [specification] = list(arguments)? else { return None };
                return self.loaded(specification);
            }
            _ => return None,
        };
        match atom(head)? {
            "preLoaded" => self.preloaded = list(argument)?.iter().filter_map(atom).map(str::to_owned).collect(),
            "path" => {
                for path in list(argument)?.iter().filter_map(string) {
                    if !self.paths.contains(&path) {
                        self.paths.push(path);
                    }
                }
            }
            "primLoad" => self.modules.extend(list(argument)?.iter().filter_map(atom).map(str::to_owned)),
            "apply" => {
                let [module, function, arguments] = tuple(argument)? else { return None };
                match (atom(module)?, atom(function)?, list(arguments)?) {
                    ("application", "load", [specification]) => self.loaded(specification)?,
                    ("application", "start_boot", [name, start]) => self.started(atom(name)?, atom(start)?),
                    _ => {}
                }
            }
            _ => {}
        }
        Some(())
    }

    fn loaded(&mut self, specification: &Term) -> Option<()> {
        let [_, name, keys] = tuple(specification)? else { return None };
        let mut version = String::new();
        for key in list(keys)? {
            if let Some([key, value]) = tuple(key)
                && atom(key) == Some("vsn")
            {
                version = string(value)?;
            }
        }
        self.applications.push(Application { name: atom(name)?.to_owned(), version, start: "load".into() });
        Some(())
    }

    fn started(&mut self, name: &str, start: &str) {
        for app in self.applications.iter_mut().filter(|a| a.name == name) {
            start.clone_into(&mut app.start);
        }
    }
}

fn tuple(term: &Term) -> Option<&[Term]> {
    match term {
        Term::Tuple(t) => Some(&t.elements),
        _ => None,
    }
}

fn atom(term: &Term) -> Option<&str> {
    match term {
        Term::Atom(a) => Some(&a.name),
        _ => None,
    }
}

fn list(term: &Term) -> Option<&[Term]> {
    match term {
        Term::List(l) => Some(&l.elements),
        _ => None,
    }
}

fn string(term: &Term) -> Option<String> {
    match term {
        Term::ByteList(b) => Some(String::from_utf8_lossy(&b.bytes).into_owned()),
        Term::List(l) if l.elements.is_empty() => Some(String::new()),
        Term::List(l) => l
            .elements
            .iter()
            .map(|e| match e {
                Term::FixInteger(i) => u32::try_from(i.value).ok().and_then(char::from_u32),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}
