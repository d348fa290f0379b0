//! What is known of the terminal at the other end: by `TERM`, by the locale, and how wide characters are. All
//! terminals of today speak ANSI (ECMA-48), so there is one description, and names for what is no such terminal.

use alloc::string::String;
use alloc::vec::Vec;

use joist_vm::platform::platform;
use unicode_width::UnicodeWidthChar;

/// When neither terminal nor `TERM` says otherwise.
pub(crate) const COLUMNS: u16 = 80;
pub(crate) const ROWS: u16 = 24;

/// A capability's name: terminfo's, termcap's, the full one.
pub(crate) type Name = (&'static str, &'static str, &'static str);

pub(crate) const FLAGS: &[(Name, bool)] = &[
    (("am", "am", "auto_right_margin"), true),
    (("bce", "ut", "back_color_erase"), true),
    (("km", "km", "has_meta_key"), true),
    (("mir", "mi", "move_insert_mode"), true),
    (("msgr", "ms", "move_standout_mode"), true),
    (("npc", "NP", "no_pad_char"), true),
    (("xenl", "xn", "eat_newline_glitch"), true),
];

pub(crate) const NUMBERS: &[(Name, i64)] = &[
    (("cols", "co", "columns"), COLUMNS as i64),
    (("it", "it", "init_tabs"), 8),
    (("lines", "li", "lines"), ROWS as i64),
    (("colors", "Co", "max_colors"), 8),
    (("pairs", "pa", "max_pairs"), 64),
];

pub(crate) const STRINGS: &[(Name, &str)] = &[
    (("bel", "bl", "bell"), "\x07"),
    (("blink", "mb", "enter_blink_mode"), "\x1b[5m"),
    (("bold", "md", "enter_bold_mode"), "\x1b[1m"),
    (("cbt", "bt", "back_tab"), "\x1b[Z"),
    (("civis", "vi", "cursor_invisible"), "\x1b[?25l"),
    (("clear", "cl", "clear_screen"), "\x1b[H\x1b[2J"),
    (("cnorm", "ve", "cursor_normal"), "\x1b[?25h"),
    (("cr", "cr", "carriage_return"), "\r"),
    (("csr", "cs", "change_scroll_region"), "\x1b[%i%p1%d;%p2%dr"),
    (("cub", "LE", "parm_left_cursor"), "\x1b[%p1%dD"),
    (("cub1", "le", "cursor_left"), "\x08"),
    (("cud", "DO", "parm_down_cursor"), "\x1b[%p1%dB"),
    (("cud1", "do", "cursor_down"), "\n"),
    (("cuf", "RI", "parm_right_cursor"), "\x1b[%p1%dC"),
    (("cuf1", "nd", "cursor_right"), "\x1b[C"),
    (("cup", "cm", "cursor_address"), "\x1b[%i%p1%d;%p2%dH"),
    (("cuu", "UP", "parm_up_cursor"), "\x1b[%p1%dA"),
    (("cuu1", "up", "cursor_up"), "\x1b[A"),
    (("dch", "DC", "parm_dch"), "\x1b[%p1%dP"),
    (("dch1", "dc", "delete_character"), "\x1b[P"),
    (("dim", "mh", "enter_dim_mode"), "\x1b[2m"),
    (("dl", "DL", "parm_delete_line"), "\x1b[%p1%dM"),
    (("dl1", "dl", "delete_line"), "\x1b[M"),
    (("ech", "ec", "erase_chars"), "\x1b[%p1%dX"),
    (("ed", "cd", "clr_eos"), "\x1b[J"),
    (("el", "ce", "clr_eol"), "\x1b[K"),
    (("el1", "cb", "clr_bol"), "\x1b[1K"),
    (("home", "ho", "cursor_home"), "\x1b[H"),
    (("hpa", "ch", "column_address"), "\x1b[%i%p1%dG"),
    (("ht", "ta", "tab"), "\t"),
    (("hts", "st", "set_tab"), "\x1bH"),
    (("ich", "IC", "parm_ich"), "\x1b[%p1%d@"),
    (("il", "AL", "parm_insert_line"), "\x1b[%p1%dL"),
    (("il1", "al", "insert_line"), "\x1b[L"),
    (("ind", "sf", "scroll_forward"), "\n"),
    (("indn", "SF", "parm_index"), "\x1b[%p1%dS"),
    (("invis", "mk", "enter_secure_mode"), "\x1b[8m"),
    (("op", "op", "orig_pair"), "\x1b[39;49m"),
    (("rc", "rc", "restore_cursor"), "\x1b8"),
    (("rev", "mr", "enter_reverse_mode"), "\x1b[7m"),
    (("ri", "sr", "scroll_reverse"), "\x1bM"),
    (("rin", "SR", "parm_rindex"), "\x1b[%p1%dT"),
    (("ritm", "ZR", "exit_italics_mode"), "\x1b[23m"),
    (("rmcup", "te", "exit_ca_mode"), "\x1b[?1049l"),
    (("rmir", "ei", "exit_insert_mode"), "\x1b[4l"),
    (("rmkx", "ke", "keypad_local"), "\x1b[?1l\x1b>"),
    (("rmso", "se", "exit_standout_mode"), "\x1b[27m"),
    (("rmul", "ue", "exit_underline_mode"), "\x1b[24m"),
    (("sc", "sc", "save_cursor"), "\x1b7"),
    (("setab", "AB", "set_a_background"), "\x1b[4%p1%dm"),
    (("setaf", "AF", "set_a_foreground"), "\x1b[3%p1%dm"),
    (("sgr0", "me", "exit_attribute_mode"), "\x1b(B\x1b[m"),
    (("sitm", "ZH", "enter_italics_mode"), "\x1b[3m"),
    (("smcup", "ti", "enter_ca_mode"), "\x1b[?1049h"),
    (("smir", "im", "enter_insert_mode"), "\x1b[4h"),
    (("smkx", "ks", "keypad_xmit"), "\x1b[?1h\x1b="),
    (("smso", "so", "enter_standout_mode"), "\x1b[7m"),
    (("smul", "us", "enter_underline_mode"), "\x1b[4m"),
    (("tbc", "ct", "clear_all_tabs"), "\x1b[3g"),
    (("u6", "u6", "user6"), "\x1b[%i%d;%dR"),
    (("u7", "u7", "user7"), "\x1b[6n"),
    (("vpa", "cv", "row_address"), "\x1b[%i%p1%dd"),
];

/// Is a terminal of this name one that the description fits?
pub(crate) fn is_known(term: &[u8]) -> bool {
    !term.is_empty() && !matches!(term, b"dumb" | b"unknown" | b"network" | b"emacs")
}

/// Does `TERM` name a terminal that the description fits?
pub(crate) fn is_smart() -> bool {
    platform().getenv(b"TERM").is_some_and(|t| is_known(&t))
}

/// Does the locale ask for UTF-8?
pub(crate) fn is_utf8() -> bool {
    let names: [&[u8]; 3] = [b"LC_ALL", b"LC_CTYPE", b"LANG"];
    let set = names.iter().find_map(|n| platform().getenv(n).filter(|v| !v.is_empty())).unwrap_or_default();
    let set = String::from_utf8_lossy(&set).to_ascii_lowercase();
    set.ends_with("utf-8") || set.ends_with("utf8")
}

/// Columns that a character takes; none for what can't be printed.
pub(crate) fn width(c: u32) -> Option<usize> {
    if c == 0 { Some(0) } else { char::from_u32(c)?.width() }
}

/// A capability's string with its parameters put in: the part of terminfo's language that ANSI's strings use, and
/// the padding (`$<5>`), which goes.
pub(crate) fn expand(capability: &[u8], parameters: &[i64]) -> Vec<u8> {
    let mut parameters = parameters.to_vec();
    parameters.resize(parameters.len().max(9), 0);
    let (mut out, mut stack, mut popped) = (Vec::new(), Vec::new(), 0);
    let mut rest = capability.iter();
    while let Some(&c) = rest.next() {
        match c {
            b'$' if rest.as_slice().first() == Some(&b'<') => while rest.next().is_some_and(|c| *c != b'>') {},
            b'%' => match rest.next().copied() {
                Some(b'i') => parameters[..2].iter_mut().for_each(|p| *p += 1),
                Some(b'p') => {
                    let n = rest.next().map_or(0, |d| usize::from(d.wrapping_sub(b'1')));
                    stack.push(parameters.get(n).copied().unwrap_or(0));
                }
                Some(b'd') => {
                    // Without `%p`, parameters are taken in order.
                    let value = stack.pop().unwrap_or_else(|| {
                        popped += 1;
                        parameters.get(popped - 1).copied().unwrap_or(0)
                    });
                    out.extend_from_slice(alloc::format!("{value}").as_bytes());
                }
                Some(other) => out.push(other),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters() {
        assert_eq!(expand(b"\x1b[%i%p1%d;%p2%dH", &[4, 9]), b"\x1b[5;10H");
        assert_eq!(expand(b"\x1b[%i%d;%dR", &[1, 2]), b"\x1b[2;3R");
        assert_eq!(expand(b"\x1b[J$<50>%%", &[]), b"\x1b[J%");
    }

    #[test]
    fn widths() {
        assert_eq!(width(u32::from(b'a')), Some(1));
        assert_eq!(width(0x6f22), Some(2));
        assert_eq!(width(0x301), Some(0));
        assert_eq!(width(7), None);
    }
}
