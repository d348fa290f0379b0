//! Putting variables into `vm.args.src` and `sys.config.src`, as `replace_os_vars` in relx's start script does it:
//! `${NAME}` and `${NAME:-default}`, what is put in is looked at again, unset variables are empty.

use std::collections::BTreeMap;

/// The environment that a start script sees and makes.
#[derive(Debug, Clone, Default)]
pub struct Vars {
    values: BTreeMap<String, String>,
    /// Asked for, and not set.
    pub missing: Vec<String>,
    /// Asked for in a file.
    pub used: Vec<String>,
}

/// relx's script would go round for ever on a variable that holds its own name.
const MAX_ROUNDS: usize = 100;

impl Vars {
    pub fn new(env: &[(String, String)]) -> Vars {
        Vars { values: env.iter().cloned().collect(), ..Vars::default() }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), value.into());
    }

    /// `${NAME:-default}`: an empty value counts as none. The result is set.
    pub fn default_to(&mut self, name: &str, value: impl Into<String>) -> String {
        let value = self.get(name).filter(|v| !v.is_empty()).map_or_else(|| value.into(), str::to_owned);
        self.set(name, value.clone());
        value
    }

    pub fn into_env(self) -> Vec<(String, String)> {
        self.values.into_iter().collect()
    }

    /// The text with its variables replaced, line by line.
    pub fn replace(&mut self, text: &str) -> String {
        let mut out = String::new();
        for line in text.split_inclusive('\n') {
            let mut line = line.to_owned();
            for _ in 0..MAX_ROUNDS {
                let Some(start) = line.find("${") else { break };
                let Some(length) = line[start..].find('}') else { break };
                let inner = line[start + 2..start + length].to_owned();
                let (name, default) = inner.split_once(":-").unwrap_or((&inner, ""));
                let value = self.get(name).unwrap_or_default().to_owned();
                if !self.used.iter().any(|u| u == name) {
                    self.used.push(name.to_owned());
                }
                if value.is_empty() && default.is_empty() && !self.missing.iter().any(|m| m == name) {
                    self.missing.push(name.to_owned());
                }
                let value = if value.is_empty() { default } else { &value };
                line = line.replace(&format!("${{{inner}}}"), value);
            }
            out.push_str(&line);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing() {
        let mut vars =
            Vars::new(&[("A".into(), "x&y".into()), ("B".into(), "${A}".into()), ("C".into(), "${C}".into())]);
        assert_eq!(vars.replace("-a ${A} ${A}\n${B}${Z:-d e}"), "-a x&y x&y\nx&yd e");
        assert_eq!(vars.replace("${Z} $A ${"), " $A ${");
        assert_eq!(vars.missing, ["Z"]);
        assert_eq!(vars.replace("${C}"), "${C}");
        assert_eq!(vars.default_to("Q", "1"), "1");
        assert_eq!(vars.default_to("A", "1"), "x&y");
    }
}
