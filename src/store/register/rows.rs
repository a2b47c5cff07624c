//! The rows of the register, read at once: what is believed of them, and the bytes by which they are sealed.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, any::AnyRow, query};

use crate::store::{
    error::StoreError,
    row::Columns,
    seal::{SealsRows, length, put},
};

/// A table of the register: its statement, its columns of text, and those of numbers.
type Table = (&'static str, &'static [&'static str], &'static [&'static str]);

const PARTIES: Table = (
    "SELECT oin, role, name, state, registered, since FROM party",
    &["oin", "role", "name", "state"],
    &["registered", "since"],
);
const PLACES: Table = (
    "SELECT oin, role, municipality, ground, decision, valid_from, valid_until FROM party_municipality \
     ORDER BY oin, role, municipality, valid_from",
    &["oin", "role", "municipality", "ground", "decision"],
    &["valid_from", "valid_until"],
);
const CERTIFICATES: Table = (
    "SELECT registration, oin, role, serial, chain, state, not_before, not_after, registered, revoked_at FROM certificate",
    &["registration", "oin", "role", "serial", "chain", "state"],
    &["not_before", "not_after", "registered", "revoked_at"],
);
const KEYS: Table = (
    "SELECT thumbprint, oin, role, kid, jwk, state, valid_from, valid_until, published FROM party_key \
     ORDER BY published, thumbprint",
    &["thumbprint", "oin", "role", "kid", "jwk", "state"],
    &["valid_from", "valid_until", "published"],
);

/// All rows of parties, municipalities, certificates and keys.
pub(in crate::store) struct RegisterRows {
    pub(super) parties: Vec<AnyRow>,
    pub(super) places: Vec<AnyRow>,
    pub(super) certificates: Vec<AnyRow>,
    pub(super) keys: Vec<AnyRow>,
}

impl RegisterRows {
    pub(in crate::store) async fn read(connection: &mut AnyConnection) -> Result<Self, StoreError> {
        Ok(Self {
            parties: query(PARTIES.0).fetch_all(&mut *connection).await?,
            places: query(PLACES.0).fetch_all(&mut *connection).await?,
            certificates: query(CERTIFICATES.0).fetch_all(&mut *connection).await?,
            keys: query(KEYS.0).fetch_all(&mut *connection).await?,
        })
    }

    /// Each row by the name that entries give it, with what is digested of it.
    pub(in crate::store) fn named(&self) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
        let tables = [
            (&self.parties, PARTIES, "party", &["oin", "role"][..]),
            (&self.places, PLACES, "place", &["oin", "role", "municipality", "valid_from"]),
            (&self.certificates, CERTIFICATES, "certificate", &["registration"]),
            (&self.keys, KEYS, "key", &["thumbprint"]),
        ];
        let mut named = BTreeMap::new();
        for (rows, (_, texts, numbers), word, key) in tables {
            for row in rows {
                let columns = Columns(row);
                let id = key.iter().map(|column| match *column {
                    "valid_from" => columns.integer(column).map(|number| number.to_string()),
                    text => columns.text(text),
                });
                let id = id.collect::<Result<Vec<_>, _>>()?;
                let name = register_row(word, &id);
                let mut bytes = b"sluis-register-row-v1\n".to_vec();
                put(&mut bytes, Some(&name));
                bytes.extend(row_bytes(&columns, texts, numbers)?);
                named.insert(name, bytes);
            }
        }
        Ok(named)
    }

    /// # Errors
    /// `Inconsistent` when they are not the rows that were sealed under this number. Before anybody was registered nothing was
    /// sealed.
    pub(in crate::store) fn judge(
        &self,
        number: i64,
        seal: Option<&[u8]>,
        seals: &dyn SealsRows,
    ) -> Result<(), StoreError> {
        let is_sealed = match seal {
            Some(seal) => seals.is_sealed(&self.bytes(number)?, seal),
            None => number == 0 && self.is_empty(),
        };
        if is_sealed { Ok(()) } else { Err(StoreError::inconsistent("log_head.register_seal")) }
    }

    const fn is_empty(&self) -> bool {
        self.parties.is_empty()
            && self.places.is_empty()
            && self.certificates.is_empty()
            && self.keys.is_empty()
    }

    /// What is sealed: the number, and every value of every row, each preceded by its length. The rows of a table stand in the
    /// order of their bytes, whatever order the database gives.
    pub(in crate::store) fn bytes(&self, number: i64) -> Result<Vec<u8>, StoreError> {
        let mut bytes = b"sluis-register-v1\n".to_vec();
        bytes.extend(number.to_be_bytes());
        let tables = [
            (&self.parties, PARTIES),
            (&self.places, PLACES),
            (&self.certificates, CERTIFICATES),
            (&self.keys, KEYS),
        ];
        for (rows, (_, texts, numbers)) in tables {
            let mut written = rows
                .iter()
                .map(|row| row_bytes(&Columns(row), texts, numbers))
                .collect::<Result<Vec<_>, _>>()?;
            written.sort_unstable();
            bytes.extend(length(written.len()));
            for row in &written {
                put(&mut bytes, Some(row));
            }
        }
        Ok(bytes)
    }
}

/// The name of a row of the register.
pub(in crate::store) fn register_row(word: &str, id: &[String]) -> String {
    format!("{word}:{}", id.join("/"))
}

fn row_bytes(
    columns: &Columns<'_>,
    texts: &[&'static str],
    numbers: &[&'static str],
) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    for column in texts {
        put(&mut bytes, columns.maybe_text(column)?.as_deref().map(str::as_bytes));
    }
    for column in numbers {
        put(
            &mut bytes,
            columns.maybe_integer(column)?.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice),
        );
    }
    Ok(bytes)
}
