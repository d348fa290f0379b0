//! Terms at random, of every kind that can be written down; the same seed makes the same terms.

use joist_vm::atom::Atom;
use joist_vm::code::{self, Mfa};
use joist_vm::heap::Fragments;
use joist_vm::map;
use joist_vm::term::{ExternalKind, Pid, PortId, Reference, Term, build};

/// A small generator (xorshift), so that a failure can be told by its seed.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 11) % n
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    pub fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.next() as u8).collect()
    }

    /// Limbs, often at the edges.
    pub fn limbs(&mut self, most: u64) -> Vec<u64> {
        let n = 1 + self.below(most);
        (0..n)
            .map(|_| match self.below(6) {
                0 => 0,
                1 => u64::MAX,
                2 => 1 << self.below(64),
                _ => self.next(),
            })
            .collect()
    }

    /// A finite float: of any size, a whole number, or near one.
    pub fn float(&mut self) -> f64 {
        let f = match self.below(9) {
            0 => 0.0,
            1 => self.below(2000) as f64 - 1000.0,
            2 => (self.below(2_000_000) as f64 - 1e6) / self.pick(&[2.0, 10.0, 100.0, 1000.0, 3.0]),
            3 => (1u64 << self.below(64)) as f64 + self.below(3) as f64 - 1.0,
            4 => (self.below(100_000) as f64) * 10f64.powi(self.below(600) as i32 - 300),
            5 => f64::from_bits((self.below(8) + 1) * self.pick(&[1, 1 << 52, (1 << 52) - 1])),
            6 => self.next() as f64,
            _ => f64::from_bits(self.next()),
        };
        if !f.is_finite() {
            1.5
        } else if self.one_in(3) {
            -f
        } else {
            f
        }
    }
}

/// Makes terms; with a twist, now and then something else than the same generator makes without.
pub struct Maker<'a> {
    pub heap: &'a mut Fragments,
    pub random: Random,
    pub twist: Option<Random>,
    /// Inside of a large map: stock Erlang 25 may crash when it decodes one with identifiers in it.
    large_map: bool,
}

impl<'a> Maker<'a> {
    pub fn new(heap: &'a mut Fragments, random: Random, twist: Option<Random>) -> Maker<'a> {
        Maker { heap, random, twist, large_map: false }
    }

    fn twisted(&mut self) -> bool {
        self.twist.as_mut().is_some_and(|r| r.one_in(12))
    }

    pub fn integer(&mut self) -> Term {
        let r = &mut self.random;
        let value = match r.below(5) {
            0 => r.below(300) as i64 - 20,
            1 => (1i64 << r.below(63)) + r.below(3) as i64 - 1,
            2 => -(1i64 << r.below(63)) + r.below(3) as i64 - 1,
            3 => r.next() as i64,
            _ => return self.large_integer(8),
        };
        let by = i64::from(self.twisted());
        build::integer(self.heap, value.saturating_add(by))
    }

    pub fn large_integer(&mut self, most: u64) -> Term {
        let mut limbs = self.random.limbs(most);
        let negative = self.random.one_in(2);
        if self.twisted() {
            limbs[0] ^= 1;
        }
        build::big(self.heap, negative, &limbs)
    }

    pub fn number(&mut self) -> Term {
        if self.random.one_in(3) {
            let f = self.random.float();
            if self.twisted() && f.abs() < 1e15 {
                return build::integer(self.heap, f as i64);
            }
            return build::float(self.heap, f);
        }
        let t = self.integer();
        match joist_vm::number::to_float(t) {
            Some(f) if self.twisted() => build::float(self.heap, f),
            _ => t,
        }
    }

    pub fn atom(&mut self) -> Term {
        let r = &mut self.random;
        let text: String = match r.below(8) {
            0 => (0..r.below(255)).map(|_| char::from(b'a' + r.below(26) as u8)).collect(),
            1 => (0..r.below(20)).map(|_| char::from(r.below(256) as u8)).collect(),
            2 => (0..r.below(200)).map(|_| r.pick(&['å', 'ÿ', 'Ω', '漢', '😀', 'x'])).collect(),
            _ => r.pick(&["ok", "error", "true", "false", "undefined", "", "a", "ab", "abc", "abcd", "abce"]).into(),
        };
        Term::atom(Atom::new(&text))
    }

    pub fn bits(&mut self) -> Term {
        let n = self.random.pick(&[0, 1, 3, 8, 11, 12, 13, 24, 40, 64, 65, 70, 200]);
        let mut bytes = self.random.bytes(n + 1);
        if self.random.one_in(3) {
            bytes.fill(b'x');
        }
        if self.twisted() {
            bytes[n / 2] ^= 1;
        }
        let whole = build::binary(self.heap, &bytes);
        let (skip, drop) = match self.random.below(3) {
            0 => (8, 0),
            1 => (0, self.random.below(9) as usize),
            _ => (self.random.below(5) as usize, self.random.below(4) as usize),
        };
        build::sub_bits(self.heap, whole, skip, (n + 1) * 8 - skip - drop)
    }

    pub fn identifier(&mut self) -> Term {
        let r = &mut self.random;
        let number = r.pick(&[0, 1, 77, 0x7fff, 0x8000, 0x0fff_ffff]);
        let serial = r.pick(&[0, 1, 0xffff_ffff, 12]);
        let port = u64::from(number) << r.pick(&[0, 8, 30]);
        // Without the bits that mark magic and alias references: stock Erlang looks those up, and may crash.
        let numbers = [r.below(1 << 18) as u32, r.next() as u32 & !(3 << 16), r.next() as u32];
        let node = Atom::new(r.pick(&["n@h", "nonode@nohost", "å@host", "other@host.example"]));
        let creation = r.pick(&[1, 2, 3, 4, 0xdead_beef]);
        match r.below(8) {
            // As far as OTP 25 lets local ones go.
            0 | 1 => Term::pid(Pid::new(number & 0x7fff, serial & 0x1fff)),
            2 => Term::port(PortId(port & 0x0fff_ffff)),
            3 => build::reference(self.heap, Reference { numbers, pid: None }),
            4 | 5 => {
                let data = [u64::from(number) | u64::from(serial) << 32];
                build::external(self.heap, ExternalKind::Pid, node, creation, &data, 0)
            }
            6 => build::external(self.heap, ExternalKind::Port, node, creation, &[port], 0),
            _ => {
                let count: usize = r.pick(&[3, 5]);
                let mut data: Vec<u64> = (0..count.div_ceil(2)).map(|_| r.pick(&[0, 1, 7, 1 << 40])).collect();
                if count % 2 == 1 {
                    data[count / 2] &= 0xffff_ffff;
                }
                build::external(self.heap, ExternalKind::Reference, node, creation, &data, count)
            }
        }
    }

    pub fn term(&mut self, depth: u32) -> Term {
        let kinds = if depth == 0 { 6 } else { 12 };
        match self.random.below(kinds) {
            0 | 1 => self.number(),
            2 => self.atom(),
            3 => self.bits(),
            4 if self.large_map => Term::NIL,
            4 => self.identifier(),
            5 => Term::NIL,
            6 => {
                let n = self.random.below(30) as usize;
                let mut text = self.random.bytes(n);
                if self.twisted() && n > 0 {
                    text[n - 1] ^= 1;
                }
                let tail = if self.random.one_in(4) { self.term(0) } else { Term::NIL };
                build::list_of_ints(self.heap, text.iter().map(|b| u32::from(*b)), tail)
            }
            7 | 8 => {
                let items = self.terms(6, depth);
                let tail = if self.random.one_in(5) { self.term(depth - 1) } else { Term::NIL };
                build::list_with_tail(self.heap, &items, tail)
            }
            9 => {
                let items = self.terms(6, depth);
                build::tuple(self.heap, &items)
            }
            10 => self.fun(depth),
            _ => self.map(depth),
        }
    }

    fn fun(&mut self, depth: u32) -> Term {
        let r = &mut self.random;
        let module = Atom::new(r.pick(&["lists", "maps", "no_such_module"]));
        let (arity, index) = (r.below(4) as u32, r.below(3) as u32);
        if r.one_in(2) {
            let function = Atom::new(r.pick(&["map", "reverse", "no_such_function"]));
            return build::export_fun(self.heap, code::export(Mfa { module, function, arity }));
        }
        let uniq = [r.below(3) as u8; 16];
        let entry = code::fun_entry(module, u32::from(uniq[0]) << 20, index, uniq, arity);
        let creator = Term::pid(Pid::new(r.below(100) as u32, 0));
        let env = self.terms(4, depth);
        build::fun(self.heap, entry, creator, &env)
    }

    fn terms(&mut self, most: u64, depth: u32) -> Vec<Term> {
        let n = self.random.below(most);
        (0..n).map(|_| self.term(depth - 1)).collect()
    }

    fn map(&mut self, depth: u32) -> Term {
        let large = self.random.one_in(4);
        let n = if large { 30 + self.random.below(30) } else { self.random.below(8) };
        self.large_map = large;
        let pairs: Vec<(Term, Term)> = (0..n)
            .map(|_| {
                let depth = if large { 0 } else { depth - 1 };
                (self.term(depth), self.term(depth))
            })
            .collect();
        self.large_map = false;
        map::from_pairs(self.heap, &pairs)
    }
}
