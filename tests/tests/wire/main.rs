//! A guest on a cable of the test's own (`joist_tests::wire`): through trouble on the wire, with peers that misbehave, a
//! name server, DHCP, stock Erlang. Where there is no root or no `/dev/net/tun`, each says that it was not run.

mod cards;
mod changes;
mod cuts;
mod long;
mod names;
mod peers;
mod routed;
mod shared;
mod soak;
mod stock;
mod transfers;
