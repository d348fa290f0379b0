//! `\X`: extended grapheme clusters, by PCRE 8's rules (Unicode Standard Annex 29 as of Unicode 7).

use alloc::vec::Vec;

use super::unicode;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Other,
    Cr,
    Lf,
    Control,
    Extend,
    Prepend,
    SpacingMark,
    L,
    V,
    T,
    Lv,
    Lvt,
    Regional,
}

static TABLE: spin::Once<Vec<(u32, u32, Kind)>> = spin::Once::new();

fn table() -> &'static [(u32, u32, Kind)] {
    TABLE.call_once(|| {
        let kinds = [
            ("CR", Kind::Cr),
            ("LF", Kind::Lf),
            ("Control", Kind::Control),
            ("Extend", Kind::Extend),
            ("ZWJ", Kind::Extend),
            ("Prepend", Kind::Prepend),
            ("SpacingMark", Kind::SpacingMark),
            ("L", Kind::L),
            ("V", Kind::V),
            ("T", Kind::T),
            ("LV", Kind::Lv),
            ("LVT", Kind::Lvt),
            ("Regional_Indicator", Kind::Regional),
        ];
        let kind = |name| kinds.iter().find(|k| k.0 == name).map(|k| k.1);
        unicode::breaks().filter_map(|(from, to, name)| Some((from, to, kind(name)?))).collect()
    })
}

fn kind(c: u32) -> Kind {
    let t = table();
    let i = t.partition_point(|r| r.1 < c);
    t.get(i).filter(|r| r.0 <= c).map_or(Kind::Other, |r| r.2)
}

const fn joined(a: Kind, b: Kind) -> bool {
    match (a, b) {
        (Kind::Cr, Kind::Lf) => true,
        (Kind::Cr | Kind::Lf | Kind::Control, _) | (_, Kind::Cr | Kind::Lf | Kind::Control) => false,
        (_, Kind::Extend | Kind::SpacingMark) | (Kind::Prepend, _) => true,
        (Kind::L, Kind::L | Kind::V | Kind::Lv | Kind::Lvt) => true,
        (Kind::Lv | Kind::V, Kind::V | Kind::T) | (Kind::Lvt | Kind::T, Kind::T) => true,
        (Kind::Regional, Kind::Regional) => true,
        _ => false,
    }
}

/// How many bytes the cluster at a place takes; 0 at the end.
pub(super) fn length(s: &[u8], at: usize, utf: bool) -> usize {
    let char = |at: usize| {
        if utf { super::matcher::decode(s, at) } else { s.get(at).map(|b| (u32::from(*b), 1)) }
    };
    let Some((c, mut n)) = char(at) else { return 0 };
    let mut last = kind(c);
    while let Some((c, m)) = char(at + n) {
        let next = kind(c);
        if !joined(last, next) {
            break;
        }
        last = next;
        n += m;
    }
    n.min(s.len() - at)
}
