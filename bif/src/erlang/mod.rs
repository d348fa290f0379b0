//! The module `erlang`, by area (`erts/emulator/beam/bif.c`, `erl_bif_*.c`).

pub(crate) mod arith;
pub(crate) mod backtrace;
pub(crate) mod code;
pub(crate) mod compare;
pub(crate) mod control;
pub(crate) mod convert;
pub(crate) mod dictionary;
pub(crate) mod external;
pub(crate) mod hash;
pub(crate) mod iolist;
pub(crate) mod links;
pub(crate) mod messages;
pub(crate) mod names;
pub(crate) mod node;
pub(crate) mod ports;
pub(crate) mod process_flag;
pub(crate) mod process_info;
pub(crate) mod spawn;
pub(crate) mod statistics;
pub(crate) mod system;
pub(crate) mod system_info;
pub(crate) mod time;
pub(crate) mod timers;
pub(crate) mod tuple;
pub(crate) mod types;
