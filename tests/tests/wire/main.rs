//! A guest on a cable of the test's own (`joist_tests::wire`): through trouble on the wire, with peers that misbehave, a
//! name server, DHCP, stock Erlang. Where there is no root or no `/dev/net/tun`, each says that it was not run.

mod changes;
mod cuts;
mod names;
mod peers;
mod shared;
mod soak;
mod stock;
mod transfers;
