//! `compress_stream_nif` and `decompress_stream_nif`: a piece of a stream. Between blocks a process may pause.

use joist_vm::atom::Atom;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use super::compress::Compressor;
use super::decompress::Decompressor;
use super::frame::{BLOCK, Failure};
use super::output::Output;
use super::{fail, integer, owned, with};

/// Bytes of input that are decoded for one reduction.
const DECODED: usize = 25;

/// What becomes of a stream behind the input at hand, as the module's directives number it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    Continue,
    Flush,
    End,
}

/// A codec as a stream.
pub(super) trait Codec: Send + 'static {
    /// The most that one call answers.
    const CHUNK: usize;

    fn begin(&mut self, size: usize, directive: Directive);
    /// Takes some input, or works on what has been taken: answers how much, and the work in reductions.
    fn consume(&mut self, data: &[u8]) -> Result<(usize, usize), Failure>;
    /// All input has been taken: answers the work in reductions, until there is none.
    fn finish(&mut self, directive: Directive) -> Result<Option<usize>, Failure>;
    fn out(&mut self) -> &mut Output;
    fn reset(&mut self);
}

impl Codec for Compressor {
    const CHUNK: usize = BLOCK + (BLOCK >> 8) + 7;

    fn begin(&mut self, size: usize, directive: Directive) {
        // What is left of a frame that has ended goes out first.
        if size > 0 || self.out.len() == 0 {
            Compressor::begin(self, (directive == Directive::End).then_some(size));
        }
    }

    fn consume(&mut self, data: &[u8]) -> Result<(usize, usize), Failure> {
        Compressor::consume(self, data)
    }

    fn finish(&mut self, directive: Directive) -> Result<Option<usize>, Failure> {
        match directive {
            Directive::Continue => self.go_on(),
            Directive::Flush => self.flush(),
            Directive::End => Compressor::finish(self),
        }
    }

    fn out(&mut self) -> &mut Output {
        &mut self.out
    }

    fn reset(&mut self) {
        Compressor::reset(self);
    }
}

impl Codec for Decompressor {
    const CHUNK: usize = BLOCK;

    fn begin(&mut self, _: usize, _: Directive) {}

    fn consume(&mut self, data: &[u8]) -> Result<(usize, usize), Failure> {
        let n = Decompressor::consume(self, data)?;
        Ok((n, n / DECODED))
    }

    fn finish(&mut self, _: Directive) -> Result<Option<usize>, Failure> {
        self.flush().map(|()| None)
    }

    fn out(&mut self) -> &mut Output {
        &mut self.out
    }

    fn reset(&mut self) {
        Decompressor::reset(self);
    }
}

/// `(Context, Data, Directive)`.
pub(super) fn run<C: Codec>(p: &mut Process, a: &[Term]) -> NativeResult {
    let context = owned::<C>(p, a[0])?;
    let directive = match integer(a[2]) {
        Some(0) => Directive::Continue,
        Some(1) => Directive::Flush,
        Some(2) => Directive::End,
        _ => return Err(p.badarg()),
    };
    let (input, Some(data)) = (a[1], a[1].as_binary()) else { return Err(p.badarg()) };
    with(p, context, |c| c.begin(data.len(), directive))?;
    let mut at = 0;
    p.run_job(move |p: &mut Process| {
        loop {
            let step = with(p, context, |c| {
                if at == data.len() {
                    return Ok(c.finish(directive)?.map(|work| (0, work)));
                }
                if c.out().len() >= C::CHUNK { Ok(None) } else { c.consume(&data[at..]).map(Some) }
            });
            match step {
                Ok(Ok(None)) => break,
                Ok(Ok(Some((n, work)))) => {
                    at += n;
                    p.charge(work);
                    if p.budget() <= 0 {
                        return None;
                    }
                }
                Ok(Err(failure)) => return Some(failed(p, context, failure)),
                Err(bail) => return Some(Err(bail)),
            }
        }
        let all = at == data.len();
        let result = with(p, context, |c| (c.out().take(C::CHUNK), c.out().len() > 0));
        Some(match result {
            Ok((bytes, more)) => {
                p.charge(bytes.len() / 1024);
                let out = build::binary(p, &bytes);
                let tag = match directive {
                    Directive::Continue => "continue",
                    _ if !all => "continue",
                    _ if more => "flush",
                    _ => "done",
                };
                let tag = Term::atom(Atom::new(tag));
                if all {
                    return Some(Ok(build::tuple(p, &[tag, out])));
                }
                let rest = build::sub_bits(p, input, at * 8, (data.len() - at) * 8);
                Ok(build::tuple(p, &[tag, rest, out]))
            }
            Err(bail) => Err(bail),
        })
    })
}

fn failed<C: Codec>(p: &mut Process, context: &super::Context<C>, failure: Failure) -> NativeResult {
    with(p, context, C::reset)?;
    Err(fail(p, failure))
}
