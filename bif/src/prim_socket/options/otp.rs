//! Options of level `otp`: those of OTP's own (`esock_setopt_otp`, `esock_getopt_otp`).

use joist_vm::heap::{self, OwnedTerm};
use joist_vm::platform::platform;
use joist_vm::process::{NativeResult, Process};
use joist_vm::term::{Term, build};

use super::super::answers::{self, closed, named};
use super::super::esock::{self, CONTROL_BUFFER, READ_BUFFER};
use super::super::{numbers, registry};

const DEBUG: i64 = 1001;
const WRAP_MESSAGES: i64 = 1002;
const CONTROLLING_PROCESS: i64 = 1003;
const READ: i64 = 1004;
const READ_CONTROL: i64 = 1006;
const WRITE_CONTROL: i64 = 1007;
const DESCRIPTOR: i64 = 1008;
const META: i64 = 1009;
const USE_REGISTRY: i64 = 1010;
const SELECT_READ: i64 = 1011;
const DOMAIN: i64 = 1999;

/// `nif_setopt(Socket, otp, Option, Value, 0)`
pub(super) fn set(p: &mut Process, socket: Term, option: Term, value: Term) -> NativeResult {
    let esock = esock::get(p, socket)?;
    let mut guard = esock.state.lock();
    let state = &mut *guard;
    if state.open().is_none() {
        return Ok(closed(p));
    }
    let is_good = match option.as_small().unwrap_or_default() {
        DEBUG => value.as_bool().map(|v| state.debug = v),
        WRAP_MESSAGES => value.as_bool().map(|v| state.wrap_messages = v),
        SELECT_READ => value.as_bool().map(|v| state.select_read = v),
        READ_CONTROL => size(value, CONTROL_BUFFER).map(|n| state.read_control = n),
        WRITE_CONTROL => size(value, CONTROL_BUFFER).map(|n| state.write_control = n),
        META => {
            if state.owner != Some(p.pid()) {
                return Ok(answers::error_invalid(p, "not_owner"));
            }
            state.meta = OwnedTerm::new(value);
            Some(())
        }
        USE_REGISTRY => value.as_bool().map(|v| {
            if v && !state.registered {
                registry::tell(&esock, "add");
            }
            state.registered |= v;
        }),
        READ => {
            let pair = value.as_tuple_of::<2>().and_then(|[n, size_of]| {
                let n = n.as_small().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0)?;
                Some((n, size(*size_of, READ_BUFFER)?))
            });
            size(value, READ_BUFFER).map(|size| (0, size)).or(pair).map(|(most, size)| {
                state.buffer = esock::ReadBuffer { size, most, reads: 0 };
            })
        }
        CONTROLLING_PROCESS => {
            if state.owner != Some(p.pid()) {
                return Ok(answers::error_invalid(p, "not_owner"));
            }
            value.as_pid().map(|pid| {
                state.owner = Some(pid);
                if !esock.watch_other(pid, state) {
                    // It is gone already: as if it had exited afterwards.
                    state.owner = None;
                    esock.stop(state);
                    esock.release(state, Some(p));
                }
            })
        }
        other => {
            let what = answers::pair(p, "otp_socket_option", Term::small(other));
            let reason = answers::invalid(p, what);
            return Err(p.error(reason));
        }
    };
    Ok(match is_good {
        Some(()) => answers::ok(),
        None => answers::invalid(p, named("value")),
    })
}

/// `default`, or a size above 0.
fn size(t: Term, default: usize) -> Option<usize> {
    if t.as_atom().is_some_and(|a| a.text() == "default") { Some(default) } else { t.as_usize().filter(|n| *n > 0) }
}

/// `nif_getopt(Socket, otp, Option)`
pub(super) fn get(p: &mut Process, socket: Term, option: Term) -> NativeResult {
    let esock = esock::get(p, socket)?;
    let guard = esock.state.lock();
    let state = &*guard;
    let Some(handle) = state.open() else { return Ok(closed(p)) };
    let number = |n: usize| Term::small(n as i64);
    let value = match option.as_small().unwrap_or_default() {
        DEBUG => Term::bool(state.debug),
        WRAP_MESSAGES => Term::bool(state.wrap_messages),
        SELECT_READ => Term::bool(state.select_read),
        CONTROLLING_PROCESS => state.owner.map_or(named("undefined"), Term::pid),
        READ if state.buffer.most == 0 => number(state.buffer.size),
        READ => build::tuple(p, &[number(state.buffer.most as usize), number(state.buffer.size)]),
        READ_CONTROL => number(state.read_control),
        WRITE_CONTROL => number(state.write_control),
        DESCRIPTOR => number(platform().socket_descriptor(handle) as usize),
        META => heap::copy(p, state.meta.get()),
        USE_REGISTRY => Term::bool(state.registered),
        DOMAIN => named(numbers::family_name(esock.family)),
        other => {
            let what = answers::pair(p, "otp_socket_option", Term::small(other));
            let reason = answers::invalid(p, what);
            return Err(p.error(reason));
        }
    };
    Ok(answers::ok_with(p, value))
}
