//! The exports in a mix release's `env.sh`. There is no shell to run it, so what is plain is carried out and the rest
//! is named: assignments and exports of words with quotes, `$NAME`, `${NAME}` and `${NAME:-word}`.

use super::vars::Vars;

/// Carries out what it can; answers a note for each line that it can't.
pub fn run(text: &str, vars: &mut Vars) -> Vec<String> {
    let mut notes = Vec::new();
    let mut depth = 0_usize;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let opens =
            ["if ", "case ", "for ", "while ", "until "].iter().any(|w| line.starts_with(w)) || line.ends_with("() {");
        let closes = ["fi", "esac", "done", "}"].contains(&line.trim_end_matches(';'));
        if depth == 0 && !opens && assign(line, vars) {
            continue;
        }
        if depth == 0 {
            notes.push(format!("env.sh line {} is not carried out (there is no shell): {line}", number + 1));
        }
        let at_once = ["fi", "esac", "done"].iter().any(|end| line.split([' ', ';']).any(|word| word == *end));
        if opens && !at_once {
            depth += 1;
        } else if closes {
            depth = depth.saturating_sub(1);
        }
    }
    notes
}

/// `export A=b`, `A=b C=d` or `export A`.
fn assign(line: &str, vars: &mut Vars) -> bool {
    let list = line.strip_prefix("export ").unwrap_or(line);
    let exported = list.len() != line.len();
    let Some(words) = words(list, vars) else { return false };
    let mut assignments = Vec::new();
    for word in &words {
        match word.split_once('=') {
            Some((name, value)) if is_name(name) => assignments.push((name, value)),
            None if exported && is_name(word) => {}
            _ => return false,
        }
    }
    for (name, value) in assignments {
        vars.set(name, value);
    }
    true
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

/// Splits a line into words as the shell would; `None` for what only a shell can do.
fn words(line: &str, vars: &Vars) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false; // between double quotes
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\'' if !quoted => {
                let end = rest.find('\'')?;
                word.get_or_insert_default().push_str(&rest[..end]);
                rest = &rest[end + 1..];
            }
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' => {
                let next = rest.chars().next()?;
                if quoted && !matches!(next, '$' | '`' | '"' | '\\') {
                    word.get_or_insert_default().push('\\');
                }
                word.get_or_insert_default().push(next);
                rest = &rest[next.len_utf8()..];
            }
            '$' => {
                let value = variable(&mut rest, vars)?;
                word.get_or_insert_default().push_str(&value);
            }
            '#' if !quoted && word.is_none() => break,
            _ if quoted => word.get_or_insert_default().push(c),
            ' ' | '\t' => out.extend(word.take()),
            '`' | ';' | '&' | '|' | '<' | '>' | '(' | ')' | '*' | '?' | '[' | '~' => return None,
            _ => word.get_or_insert_default().push(c),
        }
        if quoted && c == '`' {
            return None;
        }
    }
    out.extend(word);
    (!quoted).then_some(out)
}

/// What follows a `$`.
fn variable(rest: &mut &str, vars: &Vars) -> Option<String> {
    if let Some(inner) = rest.strip_prefix('{') {
        let end = inner.find('}')?;
        let (name, default) = inner[..end].split_once(":-").unwrap_or((&inner[..end], ""));
        if !is_name(name) || default.contains(['$', '`']) {
            return None;
        }
        *rest = &inner[end + 1..];
        let value = vars.get(name).filter(|v| !v.is_empty());
        return Some(value.unwrap_or(default.trim_matches('"')).to_owned());
    }
    let length = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let name = &rest[..length];
    if !is_name(name) {
        return None;
    }
    *rest = &rest[length..];
    Some(vars.get(name).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports() {
        let mut vars = Vars::new(&[("HOST".into(), "h".into())]);
        let text = "#!/bin/sh\n\n# x\nexport RELEASE_NODE=<%= @n %>\nexport A=\"a b $HOST\" # why\nB='c $d'\nexport B C=${X:-dflt}${HOST}\nexport D=e\\ f\n\
            if [ -z \"$Q\" ]; then\n  export Q=1\nfi\nexport IP=$(hostname -i)\nexport E=f\ncase $X in\n  a) export F=1 ;;\nesac\n";
        let notes = run(text, &mut vars);
        assert_eq!(vars.get("A"), Some("a b h"));
        assert_eq!(vars.get("B"), Some("c $d"));
        assert_eq!(vars.get("C"), Some("dflth"));
        assert_eq!(vars.get("D"), Some("e f"));
        assert_eq!(vars.get("E"), Some("f"));
        assert_eq!((vars.get("Q"), vars.get("F"), vars.get("IP")), (None, None, None));
        assert_eq!(notes.len(), 4, "{notes:?}");
    }
}
