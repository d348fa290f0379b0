//! Unicode's properties: general category, script, grapheme cluster break, and simple case folding. The tables are made
//! by `build/unicode.rs`, where their form is told.

use alloc::vec::Vec;

use super::set::CharSet;

include!(concat!(env!("OUT_DIR"), "/unicode.rs"));

/// A property of all code points.
struct Runs {
    /// What the kinds 1, 2… are called.
    names: &'static [&'static str],
    runs: &'static [u8],
}

impl Runs {
    /// First and last code point and the kind of each run of a kind that has a name.
    fn iter(&self) -> impl Iterator<Item = (u32, u32, u8)> {
        let mut bytes = self.runs.iter().copied();
        let mut next = 0;
        core::iter::from_fn(move || {
            let from = next;
            next += varint(&mut bytes)?;
            Some((from, next - 1, bytes.next()?))
        })
        .filter(|run| run.2 != 0)
    }

    fn of(&self, wanted: impl Fn(&str) -> bool) -> CharSet {
        let mut set = CharSet::new();
        let runs = self.iter().filter(|run| wanted(self.names[usize::from(run.2) - 1]));
        runs.for_each(|(from, to, _)| set.add(from, to));
        set.normalise();
        set
    }
}

fn varint(bytes: &mut impl Iterator<Item = u8>) -> Option<u32> {
    let (mut n, mut shift) = (0, 0);
    loop {
        let byte = bytes.next()?;
        n |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(n);
        }
        shift += 7;
    }
}

/// The characters of a general category, by its one or two letters. Surrogates are in `C` and `Cs`.
pub(super) fn category(name: &str) -> Option<CharSet> {
    let known = matches!(name, "C" | "Cn" | "Cs") || CATEGORIES.names.iter().any(|n| n.starts_with(name));
    if !known || name.is_empty() {
        return None;
    }
    let surrogates = CharSet::of(&[(0xd800, 0xdfff)]);
    Some(match name {
        "Cs" => surrogates,
        // What is in no other.
        "C" | "Cn" => {
            let mut others = CATEGORIES.of(|n| name == "Cn" || !n.starts_with('C'));
            if name == "Cn" {
                others.union(&surrogates);
            }
            others.negated(super::set::MAX_UTF)
        }
        _ => CATEGORIES.of(|n| n.starts_with(name)),
    })
}

/// The name of a script in its own spelling, for one in any case and without hyphens and underscores.
pub(super) fn script_name(loose: &str) -> Option<&'static str> {
    let plain = |name: &'static str| name.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase());
    SCRIPTS.names.iter().copied().find(|name| plain(name).eq(loose.bytes()))
}

/// The characters of a script, by its long name.
pub(super) fn script(name: &str) -> Option<CharSet> {
    SCRIPTS.names.contains(&name).then(|| SCRIPTS.of(|n| n == name))
}

/// First and last code point, and value of `Grapheme_Cluster_Break`, of what has one, in order.
pub(super) fn breaks() -> impl Iterator<Item = (u32, u32, &'static str)> {
    BREAKS.iter().map(|(from, to, kind)| (from, to, BREAKS.names[usize::from(kind) - 1]))
}

/// Characters that have other cases, each with the next of these; those of one letter form a ring.
pub(super) fn cases() -> &'static [(u32, u32)] {
    static RINGS: spin::Once<Vec<(u32, u32)>> = spin::Once::new();
    RINGS.call_once(|| {
        let mut bytes = CASES.iter().copied();
        let mut c = 0;
        core::iter::from_fn(|| {
            c += varint(&mut bytes)?;
            let step = varint(&mut bytes)?;
            Some((c, if step & 1 == 0 { c + (step >> 1) } else { c - (step >> 1) }))
        })
        .collect()
    })
}

/// The other cases of a character.
pub(super) fn other_cases(c: u32) -> impl Iterator<Item = u32> {
    let rings = cases();
    let next = move |c| rings.binary_search_by_key(&c, |r| r.0).ok().map(|i| rings[i].1);
    core::iter::successors(next(c), move |d| next(*d)).take_while(move |d| *d != c)
}
