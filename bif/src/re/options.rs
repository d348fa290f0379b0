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
