//! The natives of the C emulator (BIFs, static NIFs, port drivers), one file per Erlang module, and [`boot`],
//! which brings up a node from preloaded modules and erl's arguments.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod atomics;
mod binary;
pub mod boot;
mod code_coverage;
mod console;
mod counters;
mod crash_dump;
pub mod drivers;
mod erl_ddll;
mod erlang;
mod error_logger;
mod erts_debug;
mod erts_internal;
mod erts_trace_cleaner;
mod ets;
mod file;
mod flags;
mod hearers;
mod hosts;
mod io;
mod limits;
mod lists;
mod maps;
mod math;
mod net_kernel;
mod os;
pub mod packet;
mod persistent_term;
mod prim_buffer;
mod prim_file;
mod prim_net;
mod prim_socket;
mod prim_tty;
pub mod re;
mod records;
pub mod resolver;
mod services;
mod slices;
mod string;
pub mod table;
mod term_args;
mod trace;
mod unicode;
pub mod zlib;
pub mod zstd;

use table::Binding;

/// All bindings, by Erlang module. A large module has several rows.
pub(crate) static MODULES: &[(&str, &[Binding])] = &[
    ("atomics", atomics::BINDINGS),
    ("binary", binary::BINDINGS),
    ("erl_ddll", erl_ddll::BINDINGS),
    ("erlang", lists::OPERATORS),
    ("erlang", erlang::arith::BINDINGS),
    ("erlang", erlang::code::BINDINGS),
    ("erlang", erlang::compare::BINDINGS),
    ("erlang", erlang::control::BINDINGS),
    ("erlang", erlang::convert::BINDINGS),
    ("erlang", erlang::dictionary::BINDINGS),
    ("erlang", erlang::external::BINDINGS),
    ("erlang", erlang::halt::BINDINGS),
    ("erlang", erlang::hash::BINDINGS),
    ("erlang", erlang::iolist::BINDINGS),
    ("erlang", erlang::links::BINDINGS),
    ("erlang", erlang::messages::BINDINGS),
    ("erlang", erlang::names::BINDINGS),
    ("erlang", erlang::node::BINDINGS),
    ("erlang", erlang::packets::BINDINGS),
    ("erlang", erlang::ports::BINDINGS),
    ("erlang", erlang::process_flag::BINDINGS),
    ("erlang", erlang::process_info::BINDINGS),
    ("erlang", erlang::spawn::BINDINGS),
    ("erlang", erlang::statistics::BINDINGS),
    ("erlang", erlang::system::BINDINGS),
    ("erlang", erlang::system_info::BINDINGS),
    ("erlang", erlang::time::BINDINGS),
    ("erlang", erlang::timers::BINDINGS),
    ("erlang", erlang::tuple::BINDINGS),
    ("erlang", erlang::types::BINDINGS),
    ("error_logger", error_logger::BINDINGS),
    ("erts_debug", erts_debug::BINDINGS),
    ("erts_internal", counters::INTERNAL),
    ("erts_internal", erts_internal::BINDINGS),
    ("erts_internal", erlang::convert::INTERNAL),
    ("erts_internal", erts_internal::ports::BINDINGS),
    ("erts_internal", erts_internal::requests::BINDINGS),
    ("erts_internal", erts_internal::purge::BINDINGS),
    ("erts_literal_area_collector", erts_internal::purge::COLLECTOR),
    ("erlang", ets::TEST),
    ("erts_internal", ets::INTERNAL),
    ("ets", ets::COUNTERS),
    ("ets", ets::INFO),
    ("ets", ets::ITERATE),
    ("ets", ets::MATCH_SPECS),
    ("ets", ets::OBJECTS),
    ("ets", ets::SELECT),
    ("ets", ets::TABLES),
    ("code", code_coverage::BINDINGS),
    ("erl_debugger", code_coverage::DEBUGGER),
    ("erts_internal", code_coverage::BREAKPOINTS),
    ("erl_tracer", trace::TRACER),
    ("erlang", trace::INFO),
    ("erlang", trace::MONITOR),
    ("erlang", trace::PROFILE),
    ("erlang", trace::SEQ),
    ("erts_internal", trace::FLAGS),
    ("erts_internal", trace::INFO_INTERNAL),
    ("erts_internal", trace::MONITOR_INTERNAL),
    ("erts_internal", trace::PATTERN),
    ("erts_internal", trace::SESSION),
    ("erts_trace_cleaner", erts_trace_cleaner::BINDINGS),
    ("file", file::BINDINGS),
    ("io", io::BINDINGS),
    ("lists", lists::BINDINGS),
    ("maps", maps::BINDINGS),
    ("math", math::BINDINGS),
    ("net_kernel", net_kernel::BINDINGS),
    ("os", os::BINDINGS),
    ("erts_internal", persistent_term::INTERNAL),
    ("erts_internal", erlang::memory::INTERNAL),
    ("persistent_term", persistent_term::BINDINGS),
    ("prim_buffer", prim_buffer::BINDINGS),
    ("prim_file", prim_file::BINDINGS),
    ("prim_net", prim_net::BINDINGS),
    ("prim_socket", prim_socket::BINDINGS),
    ("prim_tty", prim_tty::BINDINGS),
    ("prim_tty", prim_tty::CAPABILITIES),
    ("re", re::BINDINGS),
    ("records", records::BINDINGS),
    ("string", string::BINDINGS),
    ("unicode", unicode::BINDINGS),
    ("zlib", zlib::BINDINGS),
    ("zstd", zstd::BINDINGS),
];

/// Unpacks a gzip file; none if it is none.
pub(crate) fn gunzip(bytes: &[u8]) -> Option<alloc::vec::Vec<u8>> {
    let [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, rest @ ..] = bytes else { return None };
    let mut rest = rest;
    if flags & 4 != 0 {
        let (n, after) = rest.split_first_chunk::<2>()?;
        rest = after.get(usize::from(u16::from_le_bytes(*n))..)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let end = rest.iter().position(|b| *b == 0)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & 2 != 0 {
        rest = rest.get(2..)?;
    }
    miniz_oxide::inflate::decompress_to_vec(rest).ok()
}

/// How many ETS tables there are.
pub(crate) fn ets_count() -> usize {
    joist_vm::ets::count()
}
