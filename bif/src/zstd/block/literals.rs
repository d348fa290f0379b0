//! The literals of a block (RFC 8878, 3.1.1.3.1): as they are, one byte repeated, or by a Huffman tree, whichever is
//! smallest.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::huffman::Tree;

/// The kinds, as the header has them.
const RAW: u32 = 0;
const RLE: u32 = 1;
const COMPRESSED: u32 = 2;
const TREELESS: u32 = 3;
/// Fewer ones are not worth a tree of their own.
const FEW: usize = 24;
/// From so many on there are four streams.
const MANY: usize = 1024;

/// The tree to be used.
enum Choice<'a> {
    /// With its description.
    New(Box<Tree>, Vec<u8>),
    /// The one that the decoder knows.
    Known(&'a Tree),
}

/// Writes them; answers the tree, if a new one was written. `coded`: may there be one at all?
pub(super) fn write(literals: &[u8], known: Option<&Tree>, coded: bool, out: &mut Vec<u8>) -> Option<Box<Tree>> {
    if let [first, rest @ ..] = literals
        && !rest.is_empty()
        && rest.iter().all(|b| b == first)
    {
        plain_header(RLE, literals.len(), out);
        out.push(*first);
        return None;
    }
    let Some(choice) = (if coded { choose(literals, known) } else { None }) else {
        plain_header(RAW, literals.len(), out);
        out.extend_from_slice(literals);
        return None;
    };
    let mut body = Vec::with_capacity(literals.len());
    let (kind, tree) = match &choice {
        Choice::New(tree, description) => {
            body.extend_from_slice(description);
            (COMPRESSED, &**tree)
        }
        Choice::Known(tree) => (TREELESS, *tree),
    };
    if literals.len() < MANY {
        tree.write(literals, &mut body)
    } else {
        four_streams(tree, literals, &mut body)
    }
    coded_header(kind, literals.len(), body.len(), out);
    out.append(&mut body);
    match choice {
        Choice::New(tree, _) => Some(tree),
        Choice::Known(_) => None,
    }
}

/// The better tree; none if there is no gain.
fn choose<'a>(literals: &[u8], known: Option<&'a Tree>) -> Option<Choice<'a>> {
    let n = literals.len();
    let mut counts = [0u32; 256];
    literals.iter().for_each(|b| counts[usize::from(*b)] += 1);
    // What the streams' ends and sizes take, too.
    let overhead = if n < MANY { 1 + 2 } else { 6 + 4 + 2 };
    let bytes = |tree: &Tree| tree.cost(&counts).map(|bits| (bits / 8) as usize + overhead);
    let old = known.and_then(|tree| Some((bytes(tree)?, tree)));
    let new = if n < FEW { None } else { Tree::new(&counts) };
    let new = new.and_then(|tree| {
        let description = tree.description()?;
        Some((bytes(&tree)? + description.len(), tree, description))
    });
    match (old, new) {
        (Some((size, tree)), new) if size < n && new.as_ref().is_none_or(|new| size <= new.0) => {
            Some(Choice::Known(tree))
        }
        (_, Some((size, tree, description))) if size < n => Some(Choice::New(Box::new(tree), description)),
        _ => None,
    }
}

/// Streams of a quarter each, behind the sizes of the first three.
fn four_streams(tree: &Tree, literals: &[u8], body: &mut Vec<u8>) {
    let sizes = body.len();
    body.extend([0; 6]);
    for (i, part) in literals.chunks(literals.len().div_ceil(4)).enumerate() {
        let start = body.len();
        tree.write(part, body);
        let size = (body.len() - start) as u16;
        if i < 3 {
            body[sizes + 2 * i..][..2].copy_from_slice(&size.to_le_bytes());
        }
    }
}

fn plain_header(kind: u32, n: usize, out: &mut Vec<u8>) {
    let n = n as u32;
    let (header, size) = match n {
        0..32 => (n << 3, 1),
        32..4096 => (n << 4 | 1 << 2, 2),
        _ => (n << 4 | 3 << 2, 3),
    };
    out.extend(&(header | kind).to_le_bytes()[..size]);
}

fn coded_header(kind: u32, n: usize, coded: usize, out: &mut Vec<u8>) {
    let (format, bits) = match n {
        0..MANY => (0, 10),
        MANY..0x4000 => (2, 14),
        _ => (3, 18),
    };
    let header = u64::from(kind) | format << 2 | (n as u64) << 4 | (coded as u64) << (4 + bits);
    out.extend(&header.to_le_bytes()[..(4 + 2 * bits) / 8]);
}
