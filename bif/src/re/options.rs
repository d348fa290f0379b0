//! Options of patterns and of matches.

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub(super) enum Newline {
    #[default]
    Lf,
    Cr,
    Crlf,
    AnyCrlf,
    Any,
}

impl Newline {
    /// Both asked for: PCRE 8 has a bit for CR and for LF (which are CRLF together), a third for ANY (with CR's: ANYCRLF).
    pub(super) fn united(self, other: Newline) -> Option<Newline> {
        use Newline::{Any, AnyCrlf, Cr, Crlf, Lf};
        let bits = |n| match n {
            Cr => 1,
            Lf => 2,
            Crlf => 3,
            Any => 4,
            AnyCrlf => 5,
        };
        [Cr, Lf, Crlf, Any, AnyCrlf].into_iter().find(|n| bits(*n) == bits(self) | bits(other))
    }
}

macro_rules! flags {
    ($($name:ident = $bit:expr,)*) => {
        $(pub(super) const $name: u32 = 1 << $bit;)*
    };
}

flags! {
    CASELESS = 0,
    MULTILINE = 1,
    DOTALL = 2,
    EXTENDED = 3,
    ANCHORED = 4,
    DOLLAR_ENDONLY = 5,
    FIRSTLINE = 6,
    NO_AUTO_CAPTURE = 7,
    DUPNAMES = 8,
    UNGREEDY = 9,
    UTF = 10,
    UCP = 11,
    NEVER_UTF = 12,
    NO_START_OPTIMIZE = 13,
    BSR_ANYCRLF = 14,
    BSR_UNICODE = 15,
    NOTBOL = 16,
    NOTEOL = 17,
    NOTEMPTY = 18,
    NOTEMPTY_ATSTART = 19,
    NEWLINE_GIVEN = 20,
    NEWLINE_CONFLICT = 21,
    EXTENDED_MORE = 22,
    ASCII_DIGITS = 23,
    ASCII_SPACES = 24,
    ASCII_WORDS = 25,
    ASCII_POSIX = 26,
    ASCII_POSIX_DIGITS = 27,
}

/// Options of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Options {
    pub flags: u32,
    pub newline: Newline,
    /// `(*LIMIT_MATCH=…)` and `(*LIMIT_RECURSION=…)`.
    pub match_limit: Option<u32>,
    pub recursion_limit: Option<u32>,
}

impl Options {
    pub(super) const fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    pub(super) const fn set(&mut self, flag: u32, on: bool) {
        if on {
            self.flags |= flag;
        } else {
            self.flags &= !flag;
        }
    }
}
