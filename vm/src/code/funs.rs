//! The table of fun entries: a fun is known by its module, the MD5 of the module's code, and its index.

use hashbrown::HashTable;

use super::FunEntry;
use crate::atom::Atom;
use crate::sync::RwLock;

static FUNS: RwLock<HashTable<&'static FunEntry>> = RwLock::new(HashTable::new());

fn hash(module: Atom, index: u32, uniq: &[u8; 16]) -> u64 {
    let u = u64::from_le_bytes(*uniq.first_chunk::<8>().expect("16 bytes"));
    (u ^ u64::from(module.0) << 32 ^ u64::from(index)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

/// The entry of a fun, made if there is none yet (a fun can come from another node before its module is loaded).
pub fn fun_entry(module: Atom, old_uniq: u32, index: u32, uniq: [u8; 16], arity: u32) -> &'static FunEntry {
    let h = hash(module, index, &uniq);
    let same = |e: &&FunEntry| e.module == module && e.index == index && e.uniq == uniq && e.arity == arity;
    if let Some(e) = FUNS.read().find(h, |e| same(e)) {
        return e;
    }
    let mut table = FUNS.write();
    if let Some(e) = table.find(h, |e| same(e)) {
        return e;
    }
    let e = FunEntry::new(module, arity, index, uniq, old_uniq);
    table.insert_unique(h, e, |e| hash(e.module, e.index, &e.uniq));
    e
}
