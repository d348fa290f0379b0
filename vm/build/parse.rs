//! Reads the op tables. An op is
//!
//! ```text
//! op NAME(param:kinds, …) {
//!     fast path
//! } mid {
//!     what the fast path leaves over, but calls nothing either: keeps registers free in the fast path
//! } slow {
//!     slow path
//! }
//! ```
//!
//! where `mid` and `slow` may be missing.
//!
//! Kinds: `x`, `y` registers, `c` constants and `i` small integers of 16 bits make a variant of the op each; `S` is any source and `D` any
//! register, told apart when they run; `L` a label, `U` a small number, `B` a number of words as bytes, `W` a word,
//! `F` a float register.

pub struct Param {
    pub name: String,
    pub kinds: String,
}

pub struct Op {
    pub name: String,
    pub params: Vec<Param>,
    pub fast: String,
    pub mid: Option<String>,
    pub slow: Option<String>,
    pub at: String,
}

/// An op with each param's kind chosen.
pub struct Variant<'a> {
    pub op: &'a Op,
    pub kinds: Vec<char>,
    pub name: String,
    /// Of each param: (is it a whole word, its index among the 16-bit slots or the words).
    pub slots: Vec<(bool, usize)>,
    /// Words of the instruction, without what may trail it.
    pub size: usize,
}

pub fn parse(text: &str, file: &str) -> Vec<Op> {
    let mut ops = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((n, line)) = lines.next() {
        let at = format!("{file}:{}", n + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let head =
            line.strip_prefix("op ").and_then(|l| l.strip_suffix(" {")).unwrap_or_else(|| panic!("{at}: {line}"));
        let (name, params) = head.split_once('(').unwrap_or_else(|| panic!("{at}: no params"));
        let params = params.strip_suffix(')').unwrap_or_else(|| panic!("{at}: no )"));
        let params = params
            .split(',')
            .map(str::trim)
            .filter(|p| !p.is_empty())
            .map(|p| {
                let (name, kinds) = p.split_once(':').unwrap_or_else(|| panic!("{at}: {p}"));
                Param { name: name.trim().into(), kinds: kinds.trim().into() }
            })
            .collect();
        let mut body = || {
            let mut text = String::new();
            for (_, line) in lines.by_ref() {
                if line.starts_with('}') {
                    return (text, line);
                }
                text += line;
                text.push('\n');
            }
            panic!("{at}: no end");
        };
        let (fast, mut end) = body();
        let mut part = |name: &str| {
            let (text, after) = (end == format!("}} {name} {{")).then(&mut body)?;
            end = after;
            Some(text)
        };
        let (mid, slow) = (part("mid"), part("slow"));
        assert_eq!(end, "}", "{at}: unknown part");
        ops.push(Op { name: name.into(), params, fast, mid, slow, at });
    }
    ops
}

const EXPANDED: &str = "xyci";
const WORDS: &str = "cSLW";

pub fn variants(ops: &[Op]) -> Vec<Variant<'_>> {
    let mut all = Vec::new();
    for op in ops {
        let mut combos: Vec<Vec<char>> = vec![vec![]];
        for p in &op.params {
            combos =
                combos.into_iter().flat_map(|c| p.kinds.chars().map(move |k| [c.clone(), vec![k]].concat())).collect();
        }
        for kinds in combos {
            let mut name = op.name.clone();
            for (p, k) in op.params.iter().zip(&kinds) {
                if EXPANDED.contains(*k) && p.kinds.len() > 1 {
                    name.push('_');
                    name.push(*k);
                }
            }
            let small = kinds.iter().filter(|k| !WORDS.contains(**k)).count();
            let (mut next_small, mut next_word) = (0, 1 + small.div_ceil(4));
            let mut slots = Vec::new();
            for k in &kinds {
                let next = if WORDS.contains(*k) { &mut next_word } else { &mut next_small };
                slots.push((WORDS.contains(*k), *next));
                *next += 1;
            }
            all.push(Variant { op, kinds, name, slots, size: next_word });
        }
    }
    all
}
