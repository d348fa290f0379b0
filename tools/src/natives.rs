//! What Joist serves of the native code that Erlang modules ask for by `erlang:load_nif/2`. This table is the one
//! place that knows; `joist check` and the packer's report read it.

/// Modules whose natives are built in. OTP's preloaded ones, whose NIFs stock Erlang links statically too.
pub const SERVED: &[&str] =
    &["erl_tracer", "prim_buffer", "prim_file", "prim_net", "prim_socket", "prim_tty", "zlib", "zstd"];

/// Modules that ask for a NIF library and do without it when there is none.
pub const OPTIONAL: &[(&str, &str)] = &[
    ("dyntrace", "tracing by DTrace or LTTng; it answers that there is none"),
    ("pubkey_os_cacerts", "certificates of macOS and Windows; on Linux it reads files"),
];

/// Modules that are known and not served yet, and what becomes of what uses them.
pub const KNOWN: &[(&str, &str)] = &[
    ("crypto", "OpenSSL's algorithms (ssl, ssh and public_key need them)"),
    ("asn1rt_nif", "ASN.1's fast path (ssl and public_key need it)"),
    ("wx", "windows: there is no screen"),
    ("wxe_util", "windows: there is no screen"),
];

/// Applications of OTP that run port programs of their own, and what for.
pub const PORT_PROGRAMS: &[(&str, &str)] = &[
    ("os_mon", "cpu_sup and memsup ask the host by port programs"),
    ("odbc", "odbcserver"),
    ("erl_interface", "C programs"),
    ("megaco", "the flex scanner is a driver"),
];

/// Is the NIF library of this module built in, or not needed?
pub fn served(module: &str) -> bool {
    SERVED.contains(&module) || OPTIONAL.iter().any(|(name, _)| *name == module)
}

/// What a module that isn't served is for, if it is a known one.
pub fn known(module: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(name, _)| *name == module).map(|(_, what)| *what)
}
