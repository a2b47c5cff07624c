//! Stopping copies of packets, and telling who must know.

use sqlx::query;

use crate::{
    domain::{
        id::{DeclarationId, PacketId},
        party::{PartyId, Role},
    },
    store::{
        error::StoreError,
        row::{Columns, millis, signed},
        subject,
        writer::{
            error::{Conflict, Halt},
            tx::{Statement, Tx},
        },
    },
};

/// One copy of a packet that an effect stopped, or that was collected before it could be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The packet.
    pub packet: PacketId,
    /// Whose copy.
    pub party: PartyId,
    /// Whether that party had collected it, so that it holds the data and is told.
    pub collected: bool,
}

const INSERT_NOTICE: &str = "INSERT INTO notice \
     (oin, role, idx, packet_id, about_oin, about_role, kind, declaration_id, created) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     ON CONFLICT (oin, role, idx, packet_id, about_oin, about_role) DO NOTHING";

/// The copies that a statement returned: its columns are `packet_id`, `oin`, `role` and `collected_index`.
pub(super) async fn stopped_by(tx: &mut Tx<'_>, statement: Statement) -> Result<Vec<Stopped>, Halt> {
    let rows = tx.change(statement).await?;
    let copy = |row| {
        let columns = Columns(row);
        Ok(Stopped {
            packet: columns.parse("packet_id")?,
            party: columns.party("oin", "role")?,
            collected: columns.maybe_index("collected_index")?.is_some(),
        })
    };
    let mut copies = rows.iter().map(copy).collect::<Result<Vec<_>, StoreError>>()?;
    copies.sort_by_key(|copy| (copy.packet, copy.party));
    Ok(copies)
}

/// What a party is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Notice {
    pub(super) to: PartyId,
    pub(super) packet: PacketId,
    pub(super) about: PartyId,
    pub(super) kind: &'static str,
    pub(super) declaration: Option<DeclarationId>,
}

/// Tells a party, under the index of this write's first entry. The person is none: whoever handed over the copy tells the
/// person, and is told so by the answer to the withdrawal.
pub(super) async fn tell(tx: &mut Tx<'_>, notice: Notice) -> Result<(), Halt> {
    if notice.to.role == Role::Betrokkene {
        return Ok(());
    }
    let insert = query(INSERT_NOTICE)
        .bind(notice.to.oin.to_string())
        .bind(notice.to.role.to_string())
        .bind(signed(tx.next))
        .bind(notice.packet.to_string())
        .bind(notice.about.oin.to_string())
        .bind(notice.about.role.to_string())
        .bind(notice.kind)
        .bind(notice.declaration.map(|id| id.to_string()))
        .bind(millis(tx.time));
    tx.run(insert).await.map(drop)
}

/// Raises the version of every packet of which a copy was stopped.
pub(super) async fn raise_packets(tx: &mut Tx<'_>, copies: &[Stopped]) -> Result<(), Halt> {
    let mut packets: Vec<PacketId> = copies.iter().map(|copy| copy.packet).collect();
    packets.dedup();
    for packet in packets {
        tx.raise(subject::packet(packet)).await?;
    }
    Ok(())
}

/// Why a copy in this state is not released.
pub(super) fn conflict_of(state: &str) -> Conflict {
    match state {
        "withdrawn" => Conflict::Withdrawn,
        "withheld" => Conflict::Withheld,
        "expired" => Conflict::Expired,
        "acknowledged" => Conflict::Gone,
        _ => Conflict::State,
    }
}
