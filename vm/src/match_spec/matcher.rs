//! Running programs.

use alloc::vec::Vec;

use smallvec::SmallVec;

use super::{Clause, Host, Op, Program, Take};
use crate::atom;
use crate::heap::{Fragments, copy};
use crate::map;
use crate::term::compare::exact_eq;
use crate::term::{Alloc, Term, build};

/// What a program is run against.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A term of the host's own: results share parts of it.
    Own(Term),
    /// A term elsewhere: parts of it in results are copies.
    Foreign(Term),
    /// A call's arguments (the host's own).
    Arguments(&'a [Term]),
}

/// What a program came to.
#[derive(Debug, Clone, Copy)]
pub struct Matched {
    /// The body's result; in a trace: the message, or true.
    pub value: Term,
    pub return_trace: bool,
    pub exception_trace: bool,
}

/// A value, and whether it refers to what is not the host's.
type Value = (Term, bool);

/// A program with the memory that running it needs.
#[derive(Debug)]
pub struct Matcher<'p> {
    program: &'p Program,
    variables: SmallVec<[Term; 8]>,
    todo: SmallVec<[Term; 16]>,
    stack: Vec<Value>,
}

struct Run<'a, H: Host + ?Sized> {
    host: &'a mut H,
    /// In a guard: values live only here.
    scratch: Option<Fragments>,
    subject: Subject<'a>,
    foreign: bool,
    matched: Matched,
}

impl<H: Host + ?Sized> Run<'_, H> {
    /// The host's own copy.
    fn own(&mut self, (t, foreign): Value) -> Term {
        if foreign && !t.is_immediate() { copy(self.host, t) } else { t }
    }

    /// Builds something of values: in a guard as they are, in a body of own ones.
    fn build(&mut self, parts: &mut [Value], make: impl FnOnce(&mut dyn Alloc, &[Term]) -> Term) -> Value {
        if let Some(scratch) = &mut self.scratch {
            let terms: SmallVec<[Term; 8]> = parts.iter().map(|v| v.0).collect();
            return (make(scratch, &terms), true);
        }
        let terms: SmallVec<[Term; 8]> = parts.iter().map(|v| self.own(*v)).collect();
        (make(&mut HostAlloc(self.host), &terms), false)
    }

    fn whole(&mut self) -> Value {
        match self.subject {
            Subject::Own(t) | Subject::Foreign(t) => (t, self.foreign),
            Subject::Arguments(args) => (build::list(self.host, args), false),
        }
    }
}

/// A host seen as no more than an allocator.
struct HostAlloc<'a, H: Host + ?Sized>(&'a mut H);

impl<H: Host + ?Sized> Alloc for HostAlloc<'_, H> {
    fn alloc(&mut self, words: usize) -> *mut u64 {
        self.0.alloc(words)
    }

    fn off_heap(&mut self) -> &mut crate::term::OffHeap {
        self.0.off_heap()
    }
}

/// A guard is not true.
struct Failed;

/// What a body's failed function gives.
const EXIT: Value = (Term::atom(atom::EXIT_UPPER), false);

impl<'p> Matcher<'p> {
    #[must_use]
    pub fn new(program: &'p Program) -> Matcher<'p> {
        let variables = SmallVec::from_elem(Term::NIL, program.variables);
        Matcher { program, variables, todo: SmallVec::new(), stack: Vec::new() }
    }

    /// Runs the program: the first clause whose head and guards fit decides. None: no clause does.
    pub fn run<H: Host + ?Sized>(&mut self, host: &mut H, subject: Subject<'_>) -> Option<Matched> {
        let program = self.program;
        for clause in &program.clauses {
            if self.head(host, clause, subject) {
                let matched = Matched { value: Term::bool(true), return_trace: false, exception_trace: false };
                let foreign = matches!(subject, Subject::Foreign(_));
                let mut run = Run { host: &mut *host, scratch: Some(Fragments::new()), subject, foreign, matched };
                if !clause.guard.is_empty() && self.execute(&mut run, &clause.guard).is_err() {
                    continue;
                }
                run.scratch = None;
                // A body never fails.
                let _ = self.execute(&mut run, &clause.body);
                return Some(run.matched);
            }
        }
        None
    }

    fn head<H: Host + ?Sized>(&mut self, host: &mut H, clause: &Clause, subject: Subject<'_>) -> bool {
        self.todo.clear();
        let mut instructions = clause.head.iter();
        match subject {
            Subject::Own(t) | Subject::Foreign(t) => self.todo.push(t),
            Subject::Arguments(args) => match instructions.next() {
                Some(Take::Tuple(n, picks)) if *n == args.len() => {
                    self.todo.extend(picks.iter().map(|i| args[*i as usize]));
                }
                Some(Take::Bind(v)) => self.variables[*v as usize] = build::list(host, args),
                Some(Take::Skip) => {}
                _ => return false,
            },
        }
        for take in instructions {
            let Some(t) = self.todo.pop() else { return false };
            let fits = match take {
                Take::Skip => true,
                Take::Bind(v) => {
                    self.variables[*v as usize] = t;
                    true
                }
                Take::Same(v) => exact_eq(self.variables[*v as usize], t),
                Take::Is(x) => t == *x,
                Take::Equal(x) => exact_eq(t, *x),
                Take::Tuple(n, picks) => match t.as_tuple() {
                    Some(elements) if elements.len() == *n => {
                        self.todo.extend(picks.iter().map(|i| elements[*i as usize]));
                        true
                    }
                    _ => false,
                },
                Take::Cons => match t.as_cons() {
                    Some((head, tail)) => {
                        self.todo.push(tail);
                        self.todo.push(head);
                        true
                    }
                    None => false,
                },
                Take::Map(keys) => {
                    t.is_map()
                        && keys.iter().all(|k| match map::get(t, *k) {
                            Some(v) => {
                                self.todo.push(v);
                                true
                            }
                            None => false,
                        })
                }
            };
            if !fits {
                return false;
            }
        }
        true
    }

    fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or(EXIT)
    }

    fn execute<H: Host + ?Sized>(&mut self, run: &mut Run<'_, H>, ops: &[Op]) -> Result<(), Failed> {
        self.stack.clear();
        let mut pc = 0;
        while let Some(op) = ops.get(pc) {
            pc += 1;
            let value = match op {
                Op::Constant(t) => (*t, true),
                Op::Variable(v) => (self.variables[*v as usize], run.foreign),
                Op::Whole => run.whole(),
                Op::Variables(all) => {
                    let mut parts: SmallVec<[Value; 8]> =
                        all.iter().map(|v| (self.variables[*v as usize], run.foreign)).collect();
                    run.build(&mut parts, |a, t| build::list(a, t))
                }
                Op::Cons => {
                    let (tail, head) = (self.pop(), self.pop());
                    run.build(&mut [head, tail], |a, t| build::cons(a, t[0], t[1]))
                }
                Op::Tuple(n) => self.gather(run, *n, |a, t| build::tuple(a, t)),
                Op::Map(n) => self.gather(run, 2 * n, |a, t| {
                    let pairs: SmallVec<[(Term, Term); 8]> = t.chunks(2).map(|kv| (kv[0], kv[1])).collect();
                    map::from_pairs(a, &pairs)
                }),
                Op::Call(function, n) => self.call(run, *n, function.code)?,
                Op::Trace(op, n) => {
                    let at = self.stack.len() - n;
                    let parts: SmallVec<[Value; 4]> = self.stack.drain(at..).collect();
                    let args: SmallVec<[Term; 4]> = parts.into_iter().map(|v| run.own(v)).collect();
                    match run.host.trace(*op, &args) {
                        Some(t) => (t, false),
                        None => run.failed()?,
                    }
                }
                Op::And(n) => self.logic(run, *n, false)?,
                Op::Or(n) => self.logic(run, *n, true)?,
                Op::AndAlso(skip) | Op::OrElse(skip) => {
                    let decides = matches!(op, Op::OrElse(_));
                    let (t, _) = self.pop();
                    match t.as_bool() {
                        Some(b) if b != decides => continue,
                        Some(_) => {
                            pc += skip;
                            (t, false)
                        }
                        None => {
                            let failed = run.failed()?;
                            pc += skip;
                            failed
                        }
                    }
                }
                Op::SelfPid => (Term::pid(run.host.self_pid()), false),
                Op::Check => match self.pop() {
                    (t, _) if t.is(atom::TRUE) => continue,
                    _ => return Err(Failed),
                },
                Op::Drop => {
                    self.pop();
                    continue;
                }
                Op::Return => {
                    let value = self.pop();
                    run.matched.value = run.own(value);
                    continue;
                }
                Op::ReturnTrace => {
                    run.matched.return_trace = true;
                    (Term::bool(true), false)
                }
                Op::ExceptionTrace => {
                    run.matched.exception_trace = true;
                    (Term::bool(true), false)
                }
            };
            self.stack.push(value);
        }
        Ok(())
    }

    fn gather<H: Host + ?Sized>(
        &mut self,
        run: &mut Run<'_, H>,
        n: usize,
        make: impl FnOnce(&mut dyn Alloc, &[Term]) -> Term,
    ) -> Value {
        let at = self.stack.len() - n;
        let value = run.build(&mut self.stack[at..], make);
        self.stack.truncate(at);
        value
    }

    fn call<H: Host + ?Sized>(
        &mut self,
        run: &mut Run<'_, H>,
        n: usize,
        code: fn(&mut dyn Alloc, &[Term]) -> Option<Term>,
    ) -> Result<Value, Failed> {
        let at = self.stack.len() - n;
        let mut args = [Term::NIL; 3];
        let mut foreign = false;
        for (to, (t, f)) in args.iter_mut().zip(&self.stack[at..]) {
            *to = *t;
            foreign |= f;
        }
        self.stack.truncate(at);
        let result = match &mut run.scratch {
            Some(scratch) => code(scratch, &args[..n]),
            None => code(&mut HostAlloc(run.host), &args[..n]),
        };
        match result {
            Some(t) => Ok((t, foreign)),
            None => run.failed(),
        }
    }

    /// `and` and `or`, strict: all must be booleans.
    fn logic<H: Host + ?Sized>(&mut self, run: &mut Run<'_, H>, n: usize, decides: bool) -> Result<Value, Failed> {
        let at = self.stack.len() - n;
        let all: Option<SmallVec<[bool; 8]>> = self.stack[at..].iter().map(|v| v.0.as_bool()).collect();
        self.stack.truncate(at);
        match all {
            Some(all) => Ok((Term::bool(all.contains(&decides) == decides), false)),
            None => run.failed(),
        }
    }
}

impl<H: Host + ?Sized> Run<'_, H> {
    /// A function failed: so does a guard; in a body the value is `'EXIT'`.
    fn failed(&self) -> Result<Value, Failed> {
        if self.scratch.is_some() { Err(Failed) } else { Ok(EXIT) }
    }
}
