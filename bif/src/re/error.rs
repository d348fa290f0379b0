//! What can be wrong with a pattern: PCRE 8's messages, by its numbers, and where. From OTP 28 on they are PCRE 2's.

/// The message's number and the byte offset in the pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PatternError {
    pub code: u8,
    pub at: usize,
}

/// What only PCRE 2 has messages for.
pub(super) const UNKNOWN_ESCAPE: u8 = 101;
pub(super) const NOT_IN_CLASS: u8 = 102;
pub(super) const KEEP_IN_LOOK: u8 = 103;
pub(super) const NOT_UTF: u8 = 104;
pub(super) const TOO_LONG: u8 = 105;
pub(super) const HYPHEN: u8 = 106;
pub(super) const CONDITION_OPEN: u8 = 107;
pub(super) const BAD_VERSION: u8 = 108;
pub(super) const BAD_NUMBER: u8 = 109;
pub(super) const RELATIVE_ZERO: u8 = 110;
pub(super) const RECURSION_OPEN: u8 = 111;
pub(super) const BAD_ASSERTION: u8 = 112;
pub(super) const CALLOUT_OPEN: u8 = 113;
pub(super) const CALLOUT_DELIMITER: u8 = 114;
/// What is wrong with UTF-8, from here on.
const UTF8: u8 = 200;

/// What is wrong with UTF-8 at the beginning of these bytes (`valid_utf` of `pcre2_valid_utf.c`).
pub(super) fn of_utf8(s: &[u8]) -> u8 {
    let first = s.first().copied().unwrap_or(0);
    let more = match first {
        ..0xc0 => return UTF8 + 20,
        0xc0..0xe0 => 1,
        0xe0..0xf0 => 2,
        0xf0..0xf8 => 3,
        0xf8..0xfc => 4,
        0xfc..0xfe => 5,
        _ => return UTF8 + 21,
    };
    let rest = &s[1..];
    if rest.len() < more {
        return UTF8 + (more - rest.len()) as u8;
    }
    if let Some(bad) = rest[..more].iter().position(|b| b & 0xc0 != 0x80)
        && (bad < 2 || more < 2 || !odd_second(first, rest[0]))
    {
        return UTF8 + 6 + bad as u8;
    }
    let second = rest[0];
    match (first, more) {
        (0xc0 | 0xc1, _) => UTF8 + 15,
        (0xe0, _) if second < 0xa0 => UTF8 + 16,
        (0xed, _) if second >= 0xa0 => UTF8 + 14,
        (0xf0, _) if second < 0x90 => UTF8 + 17,
        (0xf8, _) if second < 0x88 => UTF8 + 18,
        (0xfc, _) if second < 0x84 => UTF8 + 19,
        (_, 3) => UTF8 + 13,
        (_, 4) => UTF8 + 11,
        _ => UTF8 + 12,
    }
}

/// Is the second byte of three wrong besides, which is told before the bytes that follow?
const fn odd_second(first: u8, second: u8) -> bool {
    first == 0xe0 && second < 0xa0 || first == 0xed && second >= 0xa0
}

/// PCRE 2's message, where it is another one than PCRE 8's.
fn text_2(code: u8) -> Option<&'static str> {
    Some(match code {
        9 => "quantifier does not follow a repeatable item",
        14 => "missing closing parenthesis",
        18 => "missing ) after (?# comment",
        22 => "unmatched closing parenthesis",
        25 => "length of lookbehind assertion is not limited",
        27 => "conditional subpattern contains more than two branches",
        28 => "atomic assertion expected after (?( or (?(?C)",
        34 => "character code point value in \\x{} or \\o{} is too large",
        36 => "\\C is not allowed in a lookbehind assertion in UTF-8 mode",
        37 => "PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u",
        38 => "number after (?C is greater than 255",
        39 => "closing parenthesis for (?C expected",
        42 => "syntax error in subpattern name (missing terminator?)",
        43 => "two named subpatterns have the same name (PCRE2_DUPNAMES not set)",
        47 => "unknown property after \\P or \\p",
        48 => "subpattern name is too long (maximum 128 code units)",
        54 => "DEFINE subpattern contains more than one branch",
        68 => "\\c must be followed by a printable ASCII character",
        78 => "using UTF is disabled by the application",
        82 => "parentheses are too deeply nested",
        84 => "subpattern name must start with a non-digit",
        86 => "digits missing after \\x or in \\x{} or \\o{} or \\N{U+}",
        UNKNOWN_ESCAPE => "unrecognized character follows \\",
        NOT_IN_CLASS => "escape sequence is invalid in character class",
        KEEP_IN_LOOK => "\\K is not allowed in lookarounds (but see PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK)",
        NOT_UTF => "\\N{U+dddd} is supported only in Unicode (UTF) mode",
        TOO_LONG => "branch too long in variable-length lookbehind assertion",
        HYPHEN => "invalid hyphen in option setting",
        CONDITION_OPEN => "missing closing parenthesis for condition",
        BAD_VERSION => "syntax error or number too big in (?(VERSION condition",
        BAD_NUMBER => "syntax error in subpattern number (missing terminator?)",
        RELATIVE_ZERO => "a relative value of zero is not allowed",
        RECURSION_OPEN => "(?R (recursive pattern call) must be followed by a closing parenthesis",
        BAD_ASSERTION => "(*alpha_assertion) not recognized",
        CALLOUT_OPEN => "missing terminating delimiter for callout with string argument",
        CALLOUT_DELIMITER => "unrecognized string delimiter follows (?C",
        201 => "UTF-8 error: 1 byte missing at end",
        202 => "UTF-8 error: 2 bytes missing at end",
        203 => "UTF-8 error: 3 bytes missing at end",
        204 => "UTF-8 error: 4 bytes missing at end",
        205 => "UTF-8 error: 5 bytes missing at end",
        206 => "UTF-8 error: byte 2 top bits not 0x80",
        207 => "UTF-8 error: byte 3 top bits not 0x80",
        208 => "UTF-8 error: byte 4 top bits not 0x80",
        209 => "UTF-8 error: byte 5 top bits not 0x80",
        210 => "UTF-8 error: byte 6 top bits not 0x80",
        211 => "UTF-8 error: 5-byte character is not allowed (RFC 3629)",
        212 => "UTF-8 error: 6-byte character is not allowed (RFC 3629)",
        213 => "UTF-8 error: code points greater than 0x10ffff are not defined",
        214 => "UTF-8 error: code points 0xd800-0xdfff are not defined",
        215 => "UTF-8 error: overlong 2-byte sequence",
        216 => "UTF-8 error: overlong 3-byte sequence",
        217 => "UTF-8 error: overlong 4-byte sequence",
        218 => "UTF-8 error: overlong 5-byte sequence",
        219 => "UTF-8 error: overlong 6-byte sequence",
        220 => "UTF-8 error: isolated byte with 0x80 bit set",
        221 => "UTF-8 error: illegal byte (0xfe or 0xff)",
        _ => return None,
    })
}

impl PatternError {
    pub(super) fn text(self) -> &'static str {
        let two = if joist_vm::release::at_least(28) { text_2(self.code) } else { None };
        two.unwrap_or_else(|| self.text_8())
    }

    const fn text_8(self) -> &'static str {
        match self.code {
            1 => "\\ at end of pattern",
            2 => "\\c at end of pattern",
            4 => "numbers out of order in {} quantifier",
            5 => "number too big in {} quantifier",
            6 => "missing terminating ] for character class",
            8 => "range out of order in character class",
            9 => "nothing to repeat",
            12 => "unrecognized character after (? or (?-",
            13 => "POSIX named classes are supported only within a class",
            14 => "missing )",
            15 => "reference to non-existent subpattern",
            18 => "missing ) after comment",
            20 => "regular expression is too large",
            22 => "unmatched parentheses",
            24 => "unrecognized character after (?<",
            25 => "lookbehind assertion is not fixed length",
            26 => "malformed number or name after (?(",
            27 => "conditional group contains more than two branches",
            28 => "assertion expected after (?( or (?(?C)",
            29 => "(?R or (?[+-]digits must be followed by )",
            30 => "unknown POSIX class name",
            31 => "POSIX collating elements are not supported",
            34 => "character value in \\x{} or \\o{} is too large",
            35 => "invalid condition (?(0)",
            36 => "\\C not allowed in lookbehind assertion",
            37 => "PCRE does not support \\L, \\l, \\N{name}, \\U, or \\u",
            38 => "number after (?C is > 255",
            39 => "closing ) for (?C expected",
            40 => "recursive call could loop indefinitely",
            41 => "unrecognized character after (?P",
            42 => "syntax error in subpattern name (missing terminator)",
            43 => "two named subpatterns have the same name",
            44 => "invalid UTF-8 string",
            46 => "malformed \\P or \\p sequence",
            47 => "unknown property name after \\P or \\p",
            48 => "subpattern name is too long (maximum 32 characters)",
            49 => "too many named subpatterns (maximum 10000)",
            51 => "octal value is greater than \\377 in 8-bit non-UTF-8 mode",
            54 => "DEFINE group contains more than one branch",
            56 => "inconsistent NEWLINE options",
            57 => "\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number",
            58 => "a numbered reference must not be zero",
            59 => "an argument is not allowed for (*ACCEPT), (*FAIL), or (*COMMIT)",
            60 => "(*VERB) not recognized or malformed",
            61 => "number is too big",
            62 => "subpattern name expected",
            63 => "digit expected after (?+",
            65 => "different names for subpatterns of the same number are not allowed",
            66 => "(*MARK) must have an argument",
            68 => "\\c must be followed by an ASCII character",
            69 => "\\k is not followed by a braced, angle-bracketed, or quoted name",
            71 => "\\N is not supported in a class",
            73 => "disallowed Unicode code point (>= 0xd800 && <= 0xdfff)",
            75 => "name is too long in (*MARK), (*PRUNE), (*SKIP), or (*THEN)",
            78 => "setting UTF is disabled by the application",
            79 => "non-hex character in \\x{} (closing brace missing?)",
            80 => "non-octal character in \\o{} (closing brace missing?)",
            81 => "missing opening brace after \\o",
            // Our limit is lower than that of OTP's PCRE 8; its text for the limit of a stack fits.
            82 => "parentheses are too deeply nested (stack check)",
            83 => "invalid range in character class",
            84 => "group name must start with a non-digit",
            86 => "digits missing in \\x{} or \\o{}",
            _ => "regular expression is too complicated",
        }
    }
}
