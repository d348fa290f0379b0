//! `compress_stream_nif` and `decompress_stream_nif`: a piece of a stream. Between blocks a process may pause.

use joist_vm::atom::Atom;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use super::compress::Compressor;
use super::decompress::Decompressor;
use super::frame::{BLOCK, Failure};
use super::output::Output;
use super::{fail, integer, owned, with};

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
    /// Bytes of input handled for one reduction.
    const RATE: usize;

    fn begin(&mut self, size: usize, directive: Directive);
    fn consume(&mut self, data: &[u8], directive: Directive) -> Result<usize, Failure>;
    /// All input has been taken.
    fn finish(&mut self, directive: Directive) -> Result<(), Failure>;
    fn out(&mut self) -> &mut Output;
    fn reset(&mut self);
}

impl Codec for Compressor {
    const CHUNK: usize = BLOCK + (BLOCK >> 8) + 7;
    const RATE: usize = 12;

    fn begin(&mut self, size: usize, directive: Directive) {
        // What is left of a frame that has ended goes out first.
        if size > 0 || self.out.len() == 0 {
            Compressor::begin(self, (directive == Directive::End).then_some(size));
        }
    }

    fn consume(&mut self, data: &[u8], directive: Directive) -> Result<usize, Failure> {
        Compressor::consume(self, data, directive == Directive::End)
    }

    fn finish(&mut self, directive: Directive) -> Result<(), Failure> {
        match directive {
            Directive::Continue => Ok(()),
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
    const RATE: usize = 25;

    fn begin(&mut self, _: usize, _: Directive) {}

    fn consume(&mut self, data: &[u8], _: Directive) -> Result<usize, Failure> {
        Decompressor::consume(self, data)
    }

    fn finish(&mut self, _: Directive) -> Result<(), Failure> {
        self.flush()
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
                if c.out().len() >= C::CHUNK || at == data.len() {
                    return Ok(None);
                }
                c.consume(&data[at..], directive).map(Some)
            });
            match step {
                Ok(Ok(None)) => break,
                Ok(Ok(Some(n))) => {
                    at += n;
                    p.charge(n / C::RATE);
                    if p.budget() <= 0 && at < data.len() {
                        return None;
                    }
                }
                Ok(Err(failure)) => return Some(failed(p, context, failure)),
                Err(bail) => return Some(Err(bail)),
            }
        }
        let all = at == data.len();
        let result = with(p, context, |c| {
            if all {
                c.finish(directive)?;
            }
            Ok((c.out().take(C::CHUNK), c.out().len() > 0))
        });
        Some(match result {
            Ok(Ok((bytes, more))) => {
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
            Ok(Err(failure)) => failed(p, context, failure),
            Err(bail) => Err(bail),
        })
    })
}

fn failed<C: Codec>(p: &mut Process, context: &super::Context<C>, failure: Failure) -> NativeResult {
    with(p, context, C::reset)?;
    Err(fail(p, failure))
}
