//! Groups that datagrams are sent to: sockets join them, each on an interface.

use crate::Stack;
use crate::entry::Body;
use crate::interface::Side;
use joist_vm::platform::Errno;
use smoltcp::wire::IpAddress;

impl Stack {
    /// Joins or leaves a group, on an interface or on the one by which it is reached. Packets to it come once for all
    /// sockets.
    pub(crate) fn membership(
        &mut self,
        id: u64,
        group: IpAddress,
        side: Option<Side>,
        join: bool,
    ) -> Result<(), Errno> {
        if !group.is_multicast() {
            return Err(Errno::Einval);
        }
        let side = match side {
            Some(side) => side,
            None => self.best_card(group).map(Side::Card).ok_or(Errno::Enodev)?,
        };
        let Body::Datagrams(datagrams) = &mut self.entry(id)?.body else { return Err(Errno::Eprotonosupport) };
        let member = datagrams.groups.iter().position(|g| *g == (group, side));
        match (join, member) {
            (true, Some(_)) => Err(Errno::Eaddrinuse),
            (false, None) => Err(Errno::Eaddrnotavail),
            (true, None) => {
                if let Side::Card(n) = side {
                    let card = self.cards.get_mut(n).ok_or(Errno::Enodev)?;
                    card.attached.iface.join_multicast_group(group).map_err(|_| Errno::Enobufs)?;
                    self.serve_card(n);
                }
                if let Body::Datagrams(datagrams) = &mut self.entry(id)?.body {
                    datagrams.groups.push((group, side));
                }
                Ok(())
            }
            (false, Some(index)) => {
                datagrams.groups.swap_remove(index);
                self.leave(group, side);
                Ok(())
            }
        }
    }

    /// A socket has left a group: so does the interface, if it was the last one.
    pub(crate) fn leave(&mut self, group: IpAddress, side: Side) {
        let others = self.entries.values().any(|e| match &e.body {
            Body::Datagrams(datagrams) => datagrams.groups.contains(&(group, side)),
            _ => false,
        });
        if !others
            && let Side::Card(n) = side
            && let Some(card) = self.cards.get_mut(n)
        {
            // It is a group, and was joined.
            let _ = card.attached.iface.leave_multicast_group(group);
            self.serve_card(n);
        }
    }
}
