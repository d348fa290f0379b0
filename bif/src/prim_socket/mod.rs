//! `prim_socket`: the natives of the module `socket` (`prim_socket_nif.c`, `prim_socket.erl`), over the platform's
//! sockets. What can't be done at once answers `select`; a message `{'$socket', Socket, select, Reference}` says when to
//! try again.

mod accept;
pub(crate) mod address;
pub(crate) mod answers;
mod close;
mod connect;
mod control;
mod errors;
mod esock;
mod info;
pub(crate) mod ioctl;
mod numbers;
mod open;
mod options;
mod protocols;
mod queue;
mod recv;
mod registry;
mod send;
mod sendfile;
mod supports;

use core::sync::atomic::AtomicBool;

use joist_vm::platform::platform;

use crate::table::Binding;

pub(crate) use esock::init;

/// `socket:debug/1`, `socket:socket_debug/1`: remembered and told; there are no debug texts.
static DEBUG: AtomicBool = AtomicBool::new(false);
static SOCKET_DEBUG: AtomicBool = AtomicBool::new(false);

pub(crate) const BINDINGS: &[Binding] = &[
    ("nif_accept", 2, accept::accept),
    ("nif_bind", 2, connect::bind),
    ("nif_bind", 3, connect::bind_many),
    ("nif_cancel", 3, close::cancel),
    ("nif_close", 1, close::close),
    ("nif_command", 1, info::command),
    ("nif_connect", 1, connect::connected),
    ("nif_connect", 3, connect::connect),
    ("nif_finalize_close", 1, close::finalize),
    ("nif_getopt", 3, options::get),
    ("nif_getopt", 4, options::get_native),
    ("nif_getopt", 5, options::get_5),
    ("nif_info", 0, info::all),
    ("nif_info", 1, info::one),
    ("nif_ioctl", 2, ioctl::one),
    ("nif_ioctl", 3, ioctl::about),
    ("nif_ioctl", 4, ioctl::change),
    ("nif_listen", 2, connect::listen),
    ("nif_open", 2, open::adopt),
    ("nif_open", 4, open::open),
    ("nif_peername", 1, |p, a| connect::name(p, a, |s| platform().socket_peer(s))),
    ("nif_recv", 4, recv::recv),
    ("nif_recvfrom", 4, recv::recv_from),
    ("nif_recvmmsg", 6, recv::recv_messages),
    ("nif_recvmsg", 5, recv::recv_message),
    ("nif_send", 4, send::send),
    ("nif_sendfile", 1, sendfile::end),
    ("nif_sendfile", 4, sendfile::resume),
    ("nif_sendfile", 5, sendfile::start),
    ("nif_sendmmsg", 4, send::send_messages),
    ("nif_sendmsg", 5, send::send_message),
    ("nif_sendto", 5, send::send_to),
    ("nif_sendv", 3, send::send_parts),
    ("nif_setopt", 5, options::set),
    ("nif_shutdown", 2, connect::shutdown),
    ("nif_sockname", 1, |p, a| connect::name(p, a, |s| platform().socket_name(s))),
    ("nif_supports", 0, supports::all),
    ("nif_supports", 1, supports::one),
];
