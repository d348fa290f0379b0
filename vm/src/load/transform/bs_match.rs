//! `bs_match` (OTP 26 and later): a list of commands, each of which becomes an instruction.

use super::bits::{command, flag_list};
use super::{Arg, Done, GenericOp, LoadError, Transform, bad, label, list, register};

use crate::term::Term;

impl Transform<'_> {
    /// `bs_match Fail Ctx [Command, Operand, …]`.
    pub(super) fn bs_match(&mut self, op: &GenericOp) -> Done {
        let (f, c) = (label(op, 0)?, register(op, 1)?);
        let number = |a: &Arg| match a {
            Arg::U(n) => Ok(*n),
            Arg::Const(t) => t.as_small().and_then(|n| u64::try_from(n).ok()).ok_or_else(|| bad(op)),
            _ => Err(bad(op)),
        };
        let small = |n: u64| i64::try_from(n).ok().and_then(Term::try_small).ok_or_else(|| bad(op));
        let mut rest = list(op, 2)?;
        while let [name, more @ ..] = rest {
            let name = command(name).ok_or_else(|| bad(op))?;
            rest = match (name.text(), more) {
                ("ensure_at_least", [size, unit, rest @ ..]) => {
                    self.e.op_bs_ensure(f, c, number(size)?, number(unit)?.clamp(1, 256));
                    rest
                }
                ("ensure_exactly", [size, rest @ ..]) => {
                    self.e.op_bs_test_tail(f, c, number(size)?);
                    rest
                }
                ("skip", [size, rest @ ..]) => {
                    self.e.op_bs_skip(f, c, small(number(size)?)?, 1usize);
                    rest
                }
                ("=:=", [_live, size, value, rest @ ..]) => {
                    let (bits, value) = (number(size)?, number(value)?);
                    self.match_value(op, f, c, bits, value)?;
                    rest
                }
                ("integer", [live, flags, size, unit, d, rest @ ..]) => {
                    let flags = flag_list(flags).ok_or_else(|| bad(op))?;
                    let size = Arg::Const(small(number(size)?)?);
                    if d.reg().is_none() {
                        return Err(bad(op));
                    }
                    self.get_integer(f, c, number(live)?, &size, number(unit)?, flags, d);
                    rest
                }
                ("binary", [live, _flags, size, unit, d, rest @ ..]) => {
                    self.e.op_bs_get_binary(f, c, number(live)?, small(number(size)?)?, number(unit)?, d);
                    rest
                }
                ("get_tail", [live, _unit, d, rest @ ..]) => {
                    self.e.op_bs_get_tail(c, number(live)?, d);
                    rest
                }
                _ => return Err(LoadError::new(alloc::format!("bs_match command {}", name.text()))),
            };
        }
        Ok(())
    }

    /// So many bits must have this value.
    fn match_value(&mut self, op: &GenericOp, f: super::Label, c: &Arg, bits: u64, value: u64) -> Done {
        if bits <= 56 {
            self.e.op_bs_match_int(f, c, bits, value);
            return Ok(());
        }
        if bits > 64 {
            return Err(bad(op));
        }
        self.e.op_bs_match_int(f, c, bits - 32, value >> 32);
        self.e.op_bs_match_int(f, c, 32usize, value & 0xffff_ffff);
        Ok(())
    }
}
