//! Op tables → Rust: handlers for both back ends, the table of operands, the emitters.
//!
//! In bodies: `$p` is a param's value or place; `NEXT!`, `GOTO!(addr)`, `SKIP!(words)` go on; `SLOW!` goes to the next
//! part: the slow path begins with registers saved; `SAVE!`/`LOAD!` move `sp`, `hp`, `reds` to the process and back;
//! `RAISE!` handles the exception that the process holds; `AGAIN!` runs the instruction anew; `STOP!` leaves the
//! engine; `NPC` is the next instruction's address; `RUN!(word)` does the instruction here as if it began with that word.

use crate::parse::{Op, Variant};
use std::fmt::Write;

fn operand(kind: char, slot: (bool, usize)) -> String {
    let (_, i) = slot;
    let half = format!("(*pc.cast::<u16>().add({}) as usize)", 4 + i);
    match kind {
        'x' => format!("(*ctx.cast::<u8>().add({half}).cast::<Term>())"),
        'y' => format!("(*sp.cast::<u8>().add({half}).cast::<Term>())"),
        'c' => format!("(*pc.add({i}).cast::<Term>())"),
        'i' => format!("Term::small(*pc.cast::<i16>().add({}) as i64)", 4 + i),
        'S' => format!("source(*pc.add({i}), ctx, sp)"),
        'D' => format!("(*destination({half}, ctx, sp))"),
        'L' => format!("(*pc.add({i}) as *const u64)"),
        'W' => format!("(*pc.add({i}))"),
        'U' | 'B' => half,
        'F' => format!("(*(&raw mut (*ctx).f).cast::<u8>().add({half}).cast::<f64>())"),
        _ => panic!("kind {kind}"),
    }
}

/// Replaces `KEY!(args)` with what `f` makes of the args.
fn replace_call(text: &str, key: &str, f: impl Fn(&str) -> String) -> String {
    let key = format!("{key}!(");
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(&key) {
        out += &rest[..at];
        let args = &rest[at + key.len()..];
        let mut depth = 1;
        let end = args
            .char_indices()
            .find_map(|(i, c)| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                (depth == 0).then_some(i)
            })
            .expect("balanced parentheses");
        out += &f(&args[..end]);
        rest = &args[end + 1..];
    }
    out + rest
}

/// How control leaves a body, for one back end.
struct Flow {
    goto: fn(&str) -> String,
    run: fn(&str) -> String,
    slow: String,
    stop: &'static str,
}

const SAVE: &str = "{ (*ctx).pc = pc; (*ctx).reductions = reds; (*(*ctx).p).heap.sp = sp; (*(*ctx).p).heap.hp = hp; }";
const LOAD: &str = "{ reds = (*ctx).reductions; sp = (*(*ctx).p).heap.sp; hp = (*(*ctx).p).heap.hp; }";

fn body(v: &Variant<'_>, text: &str, flow: &Flow) -> String {
    let goto = |a: &str| (flow.goto)(a);
    let mut t = text.to_string();
    // Longer names first, so that $a is not taken for the beginning of $arity.
    let mut params: Vec<usize> = (0..v.kinds.len()).collect();
    params.sort_by_key(|i| std::cmp::Reverse(v.op.params[*i].name.len()));
    for i in params {
        t = t.replace(&format!("${}", v.op.params[i].name), &operand(v.kinds[i], v.slots[i]));
    }
    assert!(!t.contains('$'), "{}: unknown param in {t}", v.op.at);
    let raise = format!("{{ if !handle_exception(ctx) {{ {} }} {LOAD} {} }}", flow.stop, goto("(*ctx).pc"));
    t = t.replace("RAISE!", &raise);
    t = t.replace("SLOW!", &flow.slow);
    t = t.replace("NPC", &format!("pc.add({})", v.size));
    t = replace_call(&t, "SKIP", |n| goto(&format!("pc.add({} + {n})", v.size)));
    t = t.replace("NEXT!", &goto(&format!("pc.add({})", v.size)));
    // A breakpoint here has looked at the call already.
    t = t.replace("AGAIN!", &format!("{{ (*ctx).again = pc; {} }}", goto("pc")));
    t = replace_call(&t, "RUN", |w| (flow.run)(w));
    t = replace_call(&t, "GOTO", goto);
    t.replace("STOP!", &format!("{{ {} }}", flow.stop)).replace("SAVE!", SAVE).replace("LOAD!", LOAD)
}

const SIGNATURE: &str = "(mut pc: *const u64, ctx: *mut Context, mut sp: *mut u64, mut hp: *mut u64, mut reds: i64)";

pub fn threaded(variants: &[Variant<'_>]) -> String {
    let mut o = String::new();
    for v in variants {
        let flow = |slow: String| Flow {
            goto: |a| format!("{{ let pc: *const u64 = {a}; return handler(pc)(pc, ctx, sp, hp, reds); }}"),
            run: |w| format!("{{ return handler_of({w})(pc, ctx, sp, hp, reds); }}"),
            slow,
            stop: "return;",
        };
        let mut next = "compile_error!(\"SLOW! in the last part\")".to_string();
        let parts = [("slow", v.op.slow.as_ref(), SAVE), ("mid", v.op.mid.as_ref(), ""), ("op", Some(&v.op.fast), "")];
        for (part, text, before) in parts {
            let Some(text) = text else { continue };
            let text = body(v, text, &flow(core::mem::take(&mut next)));
            let attributes = match part {
                "slow" => "#[cold]\n#[inline(never)]\n",
                "mid" => "#[inline(never)]\n",
                _ => "",
            };
            let name = format!("{part}_{}", v.name);
            let _ = writeln!(
                o,
                "{attributes}/// # Safety\n/// See [`Handler`].\npub(super) unsafe extern \"sysv64\" fn {name}{SIGNATURE} {{\n// SAFETY: see Handler.\nunsafe {{ {before}\n{text} }} }}"
            );
            next = format!("{{ return {name}(pc, ctx, sp, hp, reds); }}");
        }
    }
    let _ = writeln!(o, "pub(super) static HANDLERS: [Handler; {}] = [", variants.len());
    for v in variants {
        let _ = writeln!(o, "    op_{},", v.name);
    }
    o += "];\n";
    o
}

pub fn match_loop(variants: &[Variant<'_>]) -> String {
    let mut o = String::from(
        "/// Runs from the context's pc until a process has to stop.\n/// # Safety\n/// See [`Handler`].\npub(super) unsafe fn run_loop(ctx: *mut Context) {\n// SAFETY: see Handler.\nunsafe {\n    let mut pc: *const u64 = (*ctx).pc;\n    let (mut sp, mut hp, mut reds): (*mut u64, *mut u64, i64);\n",
    );
    let _ = writeln!(
        o,
        "    {LOAD}\n    let mut instead: Option<u64> = None;\n    'run: loop {{ match instead.take().unwrap_or(*pc) {{"
    );
    for (i, v) in variants.iter().enumerate() {
        let goto: fn(&str) -> String = |a| match a {
            "pc" => "{ continue 'run; }".into(),
            a => format!("{{ pc = {a}; continue 'run; }}"),
        };
        let _ = writeln!(o, "        // {}\n        {i} => {{", v.name);
        let run: fn(&str) -> String = |w| format!("{{ instead = Some({w}); continue 'run; }}");
        let parts = [("fast", Some(&v.op.fast)), ("mid", v.op.mid.as_ref()), ("slow", v.op.slow.as_ref())];
        let there: Vec<_> = parts.into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
        for (k, (name, text)) in there.iter().enumerate() {
            let text = body(v, text, &Flow { goto, run, slow: format!("{{ break '{name}; }}"), stop: "return;" });
            let before = if *name == "slow" { SAVE } else { "" };
            let _ = match k + 1 == there.len() {
                true => writeln!(o, "            {before}\n            {text}"),
                false => writeln!(o, "            '{name}: {{ {text} }}"),
            };
        }
        o += "        }\n";
    }
    o += "        word => unreachable!(\"no instruction {word:#x}\"),\n    } } }\n}\n";
    o
}

pub fn table(ops: &[Op], variants: &[Variant<'_>]) -> String {
    let mut o = String::new();
    let _ = writeln!(o, "/// The specialised instructions.\npub(crate) static OPS: [OpInfo; {}] = [", variants.len());
    for v in variants {
        let kinds: String = v.kinds.iter().collect();
        let _ = writeln!(
            o,
            "    OpInfo {{ name: {:?}, kinds: {:?}, slots: &{:?}, size: {} }},",
            v.name, kinds, v.slots, v.size
        );
    }
    o += "];\n";
    let mut first = 0;
    let _ = writeln!(
        o,
        "/// Ops with the kinds that each param may have.\npub(crate) static FAMILIES: [Family; {}] = [",
        ops.len()
    );
    for op in ops {
        let kinds: Vec<&str> = op.params.iter().map(|p| p.kinds.as_str()).collect();
        let _ = writeln!(o, "    Family {{ name: {:?}, first: {first}, kinds: &{kinds:?} }},", op.name);
        first += kinds.iter().map(|k| k.chars().count()).product::<usize>();
    }
    o += "];\n";
    o += "/// The first variant of ops that the VM itself plants.\npub(crate) mod first {\n    #![allow(dead_code)]\n";
    let mut first = 0;
    for op in ops {
        let _ = writeln!(o, "    pub(crate) const {}: usize = {first};", op.name.to_uppercase());
        first += op.params.iter().map(|p| p.kinds.chars().count()).product::<usize>();
    }
    o += "}\n";
    o
}

pub fn emitters(ops: &[Op]) -> String {
    let mut o = String::from("impl Emitter<'_> {\n");
    for (i, op) in ops.iter().enumerate() {
        let params: String = op.params.iter().map(|p| format!(", {}: impl Into<Operand>", p.name)).collect();
        let args: String = op.params.iter().map(|p| format!("{}.into(), ", p.name)).collect();
        let _ = writeln!(
            o,
            "    #[allow(clippy::too_many_arguments, dead_code)]\n    pub(crate) fn op_{}(&mut self{params}) {{ self.emit({i}, &[{args}]) }}",
            op.name
        );
    }
    o += "}\n";
    o
}
