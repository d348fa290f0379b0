//! Headers: the first word of a boxed object, with its kind and its size in words. Low two bits 00, four bits of
//! kind, then the arity: the number of words behind the header. (`erl_term.h`, `_TAG_HEADER_*`; kinds differ.)

/// The kinds of boxed objects. The numbers are the header's bits 2..6.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Tag {
    /// Words: the elements.
    Tuple = 0,
    /// Words: magnitude, least significant limb first, no leading zero limb, value beyond 60 bits.
    PosBig = 1,
    /// As [`Tag::PosBig`], negative.
    NegBig = 2,
    /// One word: an IEEE 754 double, always finite.
    Float = 3,
    /// Size in bits, then the bytes, padded to a word.
    HeapBits = 4,
    /// Origin (boxed [`Tag::HeapBits`] or [`Tag::BinRef`]), address of the origin's first byte, first bit, end bit.
    SubBits = 5,
    /// As [`Tag::SubBits`]; the first bit moves while matching.
    MatchContext = 6,
    /// Next of the off-heap list, pointer to a reference-counted [`super::Binary`]. Never a term of its own.
    BinRef = 7,
    /// 2 words: number; 3 words: and the pid that the reference can be sent to; 4 words: number, next of the
    /// off-heap list, pointer to a [`super::Magic`].
    Ref = 8,
    /// Pointer to a fun entry, creator, free variables.
    Fun = 9,
    /// Pointer to an export.
    Export = 10,
    /// Keys (a tuple, in term order), then the values.
    FlatMap = 11,
    /// Size, bitmap (both small integers), children.
    HashMap = 12,
    /// Bitmap (a small integer), children.
    HamtNode = 13,
    /// Node name (an atom), creation and kind, data: a pid, port or reference of another node.
    External = 14,
    /// Definition (a tuple), then a value for each of its fields.
    Record = 15,
}

/// The first word of a boxed object.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Header(pub u64);

impl Header {
    /// Kind and number of words behind the header.
    #[inline(always)]
    #[must_use]
    pub const fn new(tag: Tag, arity: usize) -> Header {
        Header((arity as u64) << 6 | (tag as u64) << 2)
    }

    /// The kind.
    #[inline(always)]
    #[must_use]
    pub const fn tag(self) -> Tag {
        const TAGS: [Tag; 16] = [
            Tag::Tuple,
            Tag::PosBig,
            Tag::NegBig,
            Tag::Float,
            Tag::HeapBits,
            Tag::SubBits,
            Tag::MatchContext,
            Tag::BinRef,
            Tag::Ref,
            Tag::Fun,
            Tag::Export,
            Tag::FlatMap,
            Tag::HashMap,
            Tag::HamtNode,
            Tag::External,
            Tag::Record,
        ];
        TAGS[(self.0 >> 2 & 15) as usize]
    }

    /// Is it of this kind?
    #[inline(always)]
    #[must_use]
    pub const fn is(self, tag: Tag) -> bool {
        self.0 & 0x3f == (tag as u64) << 2
    }

    /// Words behind the header.
    #[inline(always)]
    #[must_use]
    pub const fn arity(self) -> usize {
        (self.0 >> 6) as usize
    }

    /// Is the word a header at all (not a forwarding pointer)?
    #[inline(always)]
    #[must_use]
    pub const fn is_header(self) -> bool {
        self.0 & 3 == 0
    }

    /// How the words behind the header are to be scanned: (raw words first, then so many terms, rest raw).
    #[inline(always)]
    pub(crate) const fn scan(self) -> (usize, usize) {
        let n = self.arity();
        match self.tag() {
            Tag::Tuple | Tag::FlatMap | Tag::HashMap | Tag::HamtNode | Tag::Record => (0, n),
            Tag::Fun => (1, n - 1),
            Tag::SubBits | Tag::MatchContext => (0, 1),
            _ => (n, 0),
        }
    }
}
