//! Guard natives that are instructions: the functions that their errors name.

use crate::atom::{self, Atom};

/// A function of `erlang` that an instruction stands for.
#[derive(Debug)]
pub struct Guard(pub Atom);

pub static ELEMENT: Guard = Guard(atom::ELEMENT);
pub static TUPLE_SIZE: Guard = Guard(atom::TUPLE_SIZE);
pub static LENGTH: Guard = Guard(atom::LENGTH);
pub static HD: Guard = Guard(atom::HD);
pub static TL: Guard = Guard(atom::TL);
