//! Unicode's properties for `re`, from `regex-syntax`, as runs in a few bytes each. The kernel has neither its parser nor
//! its tables: they are thirty times as large.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use regex_syntax::Parser;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// The last code point.
const MAX: u32 = 0x10_ffff;

/// General categories; what is in none of them is not assigned (or a surrogate).
const CATEGORIES: [&str; 28] = [
    "Cc", "Cf", "Co", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "No", "Pc", "Pd", "Pe", "Pf", "Pi",
    "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs",
];

/// Values of `Grapheme_Cluster_Break`.
const BREAKS: [&str; 13] = [
    "CR",
    "LF",
    "Control",
    "Extend",
    "Prepend",
    "SpacingMark",
    "L",
    "V",
    "T",
    "LV",
    "LVT",
    "Regional_Indicator",
    "ZWJ",
];

#[rustfmt::skip]
const SCRIPTS: &[&str] = &[
    "Adlam", "Ahom", "Anatolian_Hieroglyphs", "Arabic", "Armenian", "Avestan", "Balinese", "Bamum", "Bassa_Vah",
    "Batak", "Bengali", "Bhaiksuki", "Bopomofo", "Brahmi", "Braille", "Buginese", "Buhid", "Canadian_Aboriginal",
    "Carian", "Caucasian_Albanian", "Chakma", "Cham", "Cherokee", "Chorasmian", "Common", "Coptic", "Cuneiform",
    "Cypriot", "Cypro_Minoan", "Cyrillic", "Deseret", "Devanagari", "Dives_Akuru", "Dogra", "Duployan",
    "Egyptian_Hieroglyphs", "Elbasan", "Elymaic", "Ethiopic", "Garay", "Georgian", "Glagolitic", "Gothic", "Grantha",
    "Greek", "Gujarati", "Gunjala_Gondi", "Gurmukhi", "Gurung_Khema", "Han", "Hangul", "Hanifi_Rohingya", "Hanunoo",
    "Hatran", "Hebrew", "Hiragana", "Imperial_Aramaic", "Inherited", "Inscriptional_Pahlavi",
    "Inscriptional_Parthian", "Javanese", "Kaithi", "Kannada", "Katakana", "Kawi", "Kayah_Li", "Kharoshthi",
    "Khitan_Small_Script", "Khmer", "Khojki", "Khudawadi", "Kirat_Rai", "Lao", "Latin", "Lepcha", "Limbu", "Linear_A",
    "Linear_B", "Lisu", "Lycian", "Lydian", "Mahajani", "Makasar", "Malayalam", "Mandaic", "Manichaean", "Marchen",
    "Masaram_Gondi", "Medefaidrin", "Meetei_Mayek", "Mende_Kikakui", "Meroitic_Cursive", "Meroitic_Hieroglyphs",
    "Miao", "Modi", "Mongolian", "Mro", "Multani", "Myanmar", "Nabataean", "Nag_Mundari", "Nandinagari",
    "New_Tai_Lue", "Newa", "Nko", "Nushu", "Nyiakeng_Puachue_Hmong", "Ogham", "Ol_Chiki", "Ol_Onal", "Old_Hungarian",
    "Old_Italic", "Old_North_Arabian", "Old_Permic", "Old_Persian", "Old_Sogdian", "Old_South_Arabian", "Old_Turkic",
    "Old_Uyghur", "Oriya", "Osage", "Osmanya", "Pahawh_Hmong", "Palmyrene", "Pau_Cin_Hau", "Phags_Pa", "Phoenician",
    "Psalter_Pahlavi", "Rejang", "Runic", "Samaritan", "Saurashtra", "Sharada", "Shavian", "Siddham", "SignWriting",
    "Sinhala", "Sogdian", "Sora_Sompeng", "Soyombo", "Sundanese", "Sunuwar", "Syloti_Nagri", "Syriac", "Tagalog",
    "Tagbanwa", "Tai_Le", "Tai_Tham", "Tai_Viet", "Takri", "Tamil", "Tangsa", "Tangut", "Telugu", "Thaana", "Thai",
    "Tibetan", "Tifinagh", "Tirhuta", "Todhri", "Toto", "Tulu_Tigalari", "Ugaritic", "Vai", "Vithkuqi", "Wancho",
    "Warang_Citi", "Yezidi", "Yi", "Zanabazar_Square",
];

/// Writes `unicode.rs`: three tables of runs with the names of their kinds, and the one of cases.
pub fn write(out: &Path) {
    let mut o = String::new();
    runs(&mut o, "CATEGORIES", "gc", &CATEGORIES);
    runs(&mut o, "BREAKS", "gcb", &BREAKS);
    runs(&mut o, "SCRIPTS", "sc", SCRIPTS);
    let cases = cases();
    let _ = writeln!(o, "/// See `unicode::cases`.\nstatic CASES: [u8; {}] = {cases:?};", cases.len());
    fs::write(out.join("unicode.rs"), o).expect("write unicode.rs");
}

/// All code points as runs of one kind: a length, as a varint, and the kind's number; 0 is none of those named.
fn runs(o: &mut String, table: &str, property: &str, names: &[&str]) {
    let mut kinds = vec![0u8; MAX as usize + 1];
    for (name, kind) in names.iter().zip(1u8..) {
        for range in class(&format!("\\p{{{property}={name}}}")).ranges() {
            kinds[range.start() as usize..=range.end() as usize].fill(kind);
        }
    }
    let mut bytes = Vec::new();
    for run in kinds.chunk_by(|a, b| a == b) {
        varint(&mut bytes, run.len() as u32);
        bytes.push(run[0]);
    }
    let _ = writeln!(o, "/// `{property}`.\nstatic {table}: Runs = Runs {{ names: &{names:?}, runs: &{bytes:?} }};");
}

/// What has other cases: for each such character how far it is from the last one, and how far (either way: in the last
/// bit) the next of its cases. The cases of a character form a ring.
fn cases() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut last = 0;
    for c in (0..=MAX).filter_map(char::from_u32) {
        let mut ring = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
        ring.case_fold_simple();
        let mut ring = ring.ranges().iter().flat_map(|r| r.start()..=r.end()).collect::<Vec<_>>();
        ring.sort_unstable();
        if ring.len() < 2 {
            continue;
        }
        let next = ring.iter().find(|d| **d > c).unwrap_or(&ring[0]);
        let (c, next) = (u32::from(c), u32::from(*next));
        varint(&mut bytes, c - last);
        varint(&mut bytes, c.abs_diff(next) << 1 | u32::from(next < c));
        last = c;
    }
    bytes
}

fn class(pattern: &str) -> ClassUnicode {
    match Parser::new().parse(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}")).into_kind() {
        HirKind::Class(Class::Unicode(class)) => class,
        // A class of one character.
        HirKind::Literal(text) => {
            let c = std::str::from_utf8(&text.0).ok().and_then(|t| t.chars().next()).expect("a character");
            ClassUnicode::new([ClassUnicodeRange::new(c, c)])
        }
        other => panic!("{pattern}: {other:?}"),
    }
}

/// Seven bits a byte, the lowest first; the eighth says that there are more.
fn varint(bytes: &mut Vec<u8>, mut n: u32) {
    while n >= 0x80 {
        bytes.push(n as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
}
