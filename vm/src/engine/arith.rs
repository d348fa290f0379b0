//! Arithmetic that the fast paths leave over: bignums, floats, errors.

use super::{Context, Term};
use crate::atom::{self, Atom};
use crate::code::Mfa;
use crate::map;
use crate::number::{ArithError, Rounding, arith, bitwise, from_float};
use crate::process::Process;
use crate::term::{Tag, build};

macro_rules! arith_ops {
    ($($variant:ident $name:literal $arity:literal,)*) => {
        /// An arithmetic function or operator.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Arith { $($variant,)* }

        impl Arith {
            const ALL: &[Arith] = &[$(Arith::$variant,)*];

            /// The name it has in `erlang`.
            pub(crate) fn name(self) -> Atom {
                Atom::new(match self { $(Arith::$variant => $name,)* })
            }

            /// How many operands it has.
            pub(crate) const fn arity(self) -> usize {
                match self { $(Arith::$variant => $arity,)* }
            }

            /// The function of `erlang` with this name and arity.
            pub(crate) fn find(name: &str, arity: u32) -> Option<Arith> {
                match (name, arity) { $(($name, $arity) => Some(Arith::$variant),)* _ => None }
            }
        }
    };
}

arith_ops! {
    Add "+" 2, Sub "-" 2, Mul "*" 2, Divide "/" 2, IntDiv "div" 2, Rem "rem" 2,
    Band "band" 2, Bor "bor" 2, Bxor "bxor" 2, Bsl "bsl" 2, Bsr "bsr" 2,
    Bnot "bnot" 1, Negate "-" 1, Plus "+" 1, Abs "abs" 1,
    Float "float" 1, Round "round" 1, Trunc "trunc" 1, Ceil "ceil" 1, Floor "floor" 1,
    Length "length" 1, Size "size" 1, ByteSize "byte_size" 1, BitSize "bit_size" 1, MapSize "map_size" 1,
    MapGet "map_get" 2, IsMapKey "is_map_key" 2,
}

/// Why there is no result.
enum Failure {
    Badarith,
    Badarg,
    SystemLimit,
    Badmap(Term),
    Badkey(Term),
}

impl From<ArithError> for Failure {
    fn from(e: ArithError) -> Failure {
        match e {
            ArithError::Badarith => Failure::Badarith,
            ArithError::SystemLimit => Failure::SystemLimit,
        }
    }
}

impl Arith {
    pub(crate) fn from_number(n: usize) -> Arith {
        Arith::ALL[n]
    }

    fn compute(self, p: &mut Process, a: Term, b: Term) -> Result<Term, Failure> {
        Ok(match self {
            Arith::Add => arith::add(p, a, b)?,
            Arith::Sub => arith::sub(p, a, b)?,
            Arith::Mul => arith::mul(p, a, b)?,
            Arith::Divide => arith::divide(p, a, b)?,
            Arith::IntDiv => arith::div(p, a, b)?,
            Arith::Rem => arith::rem(p, a, b)?,
            Arith::Band => bitwise::band(p, a, b)?,
            Arith::Bor => bitwise::bor(p, a, b)?,
            Arith::Bxor => bitwise::bxor(p, a, b)?,
            Arith::Bsl => bitwise::bsl(p, a, b)?,
            Arith::Bsr => bitwise::bsr(p, a, b)?,
            Arith::Bnot => bitwise::bnot(p, a)?,
            Arith::Negate => arith::neg(p, a)?,
            Arith::Plus if a.is_number() => a,
            Arith::Plus => return Err(Failure::Badarith),
            Arith::Abs => arith::abs(p, a).map_err(|_| Failure::Badarg)?,
            Arith::Float if a.is_tag(Tag::Float) => a,
            Arith::Float => {
                let f = crate::number::to_float(a).ok_or(Failure::Badarg)?;
                build::float(p, f)
            }
            Arith::Round => Self::rounded(p, a, Rounding::Nearest)?,
            Arith::Trunc => Self::rounded(p, a, Rounding::Truncate)?,
            Arith::Ceil => Self::rounded(p, a, Rounding::Ceiling)?,
            Arith::Floor => Self::rounded(p, a, Rounding::Floor)?,
            Arith::Length => {
                let n = a.list_length().ok_or(Failure::Badarg)?;
                p.charge(n / 100);
                Term::small(n as i64)
            }
            Arith::Size => match (a.as_tuple(), a.as_bits()) {
                (Some(t), _) => Term::small(t.len() as i64),
                (_, Some(bits)) => Term::small((bits.len / 8) as i64),
                _ => return Err(Failure::Badarg),
            },
            Arith::ByteSize => Term::small(Self::bits_of(a)?.div_ceil(8) as i64),
            Arith::BitSize => Term::small(Self::bits_of(a)? as i64),
            Arith::MapSize if a.is_map() => Term::small(map::size(a) as i64),
            Arith::MapSize => return Err(Failure::Badmap(a)),
            Arith::MapGet if b.is_map() => map::get(b, a).ok_or(Failure::Badkey(a))?,
            Arith::IsMapKey if b.is_map() => Term::bool(map::contains(b, a)),
            Arith::MapGet | Arith::IsMapKey => return Err(Failure::Badmap(b)),
        })
    }

    /// How many bits; of a match context (compilers from 26 on ask that) those that are left.
    fn bits_of(a: Term) -> Result<usize, Failure> {
        if a.is_tag(Tag::MatchContext) {
            let w = a.words();
            return Ok((w[3] - w[2]) as usize);
        }
        a.as_bits().map(|b| b.len).ok_or(Failure::Badarg)
    }

    fn rounded(p: &mut Process, a: Term, how: Rounding) -> Result<Term, Failure> {
        if a.is_integer() {
            return Ok(a);
        }
        let f = a.as_float().ok_or(Failure::Badarg)?;
        Ok(from_float(p, f, how))
    }

    /// As a native: `erlang:'+'(1, 2)` called by name.
    pub fn native(self, p: &mut Process, args: &[Term]) -> crate::process::NativeResult {
        let b = args.get(1).copied().unwrap_or(Term::NIL);
        self.compute(p, args[0], b).map_err(|f| f.raise(p))
    }
}

impl Failure {
    fn raise(self, p: &mut Process) -> crate::process::Bail {
        match self {
            Failure::Badarith => p.error_atom(atom::BADARITH),
            Failure::Badarg => p.badarg(),
            Failure::SystemLimit => p.system_limit(),
            Failure::Badmap(t) => p.error_pair(atom::BADMAP, t),
            Failure::Badkey(t) => p.error_pair(atom::BADKEY, t),
        }
    }
}

impl Context {
    /// Computes; without a result the process holds the exception, unless there is a label to fail to.
    #[inline(never)]
    pub(crate) fn arith(&mut self, what: Arith, a: Term, b: Term, live: usize, fail: *const u64) -> Term {
        let p = self.process();
        match what.compute(p, a, b) {
            Ok(term) => self.keep(term, live),
            Err(failure) => {
                if fail.is_null() {
                    let _ = failure.raise(p);
                    let mfa = Mfa { module: atom::ERLANG, function: what.name(), arity: what.arity() as u32 };
                    p.blame(mfa, &[a, b][..what.arity()]);
                }
                Term::NONE
            }
        }
    }

    /// Builds a map from another and pairs of operands; without a result the process holds the exception.
    pub(crate) fn put_map(&mut self, exact: bool, map: Term, at: *const u64, n: usize, live: usize) -> Term {
        let p = self.process();
        if !map.is_map() {
            let _ = p.error_pair(atom::BADMAP, map);
            return Term::NONE;
        }
        let ctx: *mut Context = self;
        let sp = p.heap.sp;
        // SAFETY: the loader put n pairs of source operands there.
        let operand = |i| unsafe { super::source(*at.add(i), ctx, sp) };
        let result = if n == 1 && !exact {
            map::put(p, map, operand(0), operand(1))
        } else {
            let pairs: smallvec::SmallVec<[(Term, Term); 8]> =
                (0..n).map(|i| (operand(2 * i), operand(2 * i + 1))).collect();
            if exact {
                match map::update_many(p, map, &pairs) {
                    Ok(t) => t,
                    Err(key) => {
                        let _ = p.error_pair(atom::BADKEY, key);
                        return Term::NONE;
                    }
                }
            } else {
                map::put_many(p, map, &pairs)
            }
        };
        self.keep(result, live)
    }
}
