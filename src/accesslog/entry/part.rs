//! What a part says: one struct of optional members, written as canonical JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    event::{Event, Outcome},
    staff::Staff,
};
use crate::domain::{
    code::{Category, DatasetCode, Grondslag, Municipality, OutcomeCode, Provision, Purpose},
    declaration::{Capacity, DeclarationKind, EvidenceKind, Verdict},
    digest::Digest,
    id::{DeclarationId, NoticeId, PacketId, PersonId},
    party::PartyId,
};

/// A part of the content for which it was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryFault {
    /// Which part.
    pub category: Category,
    /// What is wrong with it: a stable code, such as `forbidden-category`.
    pub code: String,
}

/// The body of a part. Its members are written in this order, absent ones are left out, lists that are empty too.
///
/// No member holds a person's number, name or date of birth: a person appears as a [`PersonId`] of that party's scope,
/// a condition by its id, a fact by its subject. The canonical bytes come from this struct ([`Part::to_json`]) and never
/// from a JSON value, whose maps may be sorted otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Part {
    /// The version of the format.
    pub v: Version,
    /// Which of the reader's own entries this is, counted from 1: a gap shows that one was kept from it. Only in the part
    /// of a party, and given by the writer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// The party that may read this part and what is shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<PartyId>,
    /// What happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The W3C trace id, 32 hexadecimal digits, by which the parties' own logs find the same exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// Who called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<PartyId>,
    /// For whom the caller acted, where a mandate says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PartyId>,
    /// Who sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<PartyId>,
    /// Who receives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<PartyId>,
    /// The party that it is about, where it is about a party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<PartyId>,
    /// The packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packet: Option<PacketId>,
    /// The request or question that the packet answers or rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<PacketId>,
    /// The declaration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration: Option<DeclarationId>,
    /// Of which kind it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration_kind: Option<DeclarationKind>,
    /// In which capacity it was given or withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// On what it rests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceKind>,
    /// What the controller decided upon it; the reason is the cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<NoticeId>,
    /// The dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetCode>,
    /// The version of the dataset's schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset_version: Option<u32>,
    /// The purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The municipality whose college receives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<Municipality>,
    /// The legal basis that the decision rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Grondslag>,
    /// The provisions of the basis, or those under which it was refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provisions: Vec<Provision>,
    /// The ids of the conditions that held (permitted) or failed (refused).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// The ages in whole years, at least and at most, that the texts of the failed conditions say, by their places in those
    /// texts: in the part of who gave the date of birth only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ages: BTreeMap<String, [u16; 2]>,
    /// The parts of the content that stood in the way of what was refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<CategoryFault>,
    /// The categories that were sealed, delivered or asked for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub categories: BTreeSet<Category>,
    /// The categories that were left out on request.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub omitted: BTreeSet<Category>,
    /// What was answered to a request or a question: a code that its dataset lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<OutcomeCode>,
    /// The SHA-256 of the sealed packet (the compact JWE).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwe_sha256: Option<Digest>,
    /// The RFC 7638 thumbprint of the recipient's key, or of the key that is published, retired or revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_thumbprint: Option<String>,
    /// The digest of the policies that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_digest: Option<Digest>,
    /// The person, by the random name in this reader's scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Who acted, in the acting party's own part only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<Staff>,
    /// The registration digest of the caller's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Digest>,
    /// A stable code for why, such as `unknown-packet` or `expired`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The size of the log when the facts of the decision were read: it saw every entry below this index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<u64>,
    /// What those facts are about, as the store names it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub subjects: BTreeSet<String>,
    /// The rows of the store that this entry wrote, as the store names them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub rows: BTreeSet<String>,
    /// The rows of the store that this entry deleted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub gone: BTreeSet<String>,
    /// The entries that it is about, such as those that were read, exported or erased: first and last index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<[u64; 2]>,
}

/// The version of a part's format: always 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Version;

impl TryFrom<u8> for Version {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        if number == 2 { Ok(Self) } else { Err("the version of the format is 2") }
    }
}

impl From<Version> for u8 {
    fn from(_: Version) -> Self {
        2
    }
}

/// The bytes are not the canonical JSON of a part of version 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the canonical JSON of a part of version 2")]
pub struct InvalidPart;

impl Part {
    /// A part that says what happened and how it ended.
    #[must_use]
    pub fn of(event: Event, outcome: Outcome) -> Self {
        Self { event: Some(event), outcome: Some(outcome), ..Self::default() }
    }

    /// The canonical bytes: UTF-8, no white space, members in the order of this struct.
    ///
    /// # Errors
    /// [`InvalidPart`] when a text that is no code (trace id, condition, thumbprint, cause, subject of a fact) has
    /// another form than a code has: such members must not become a way to write anything about a person.
    pub fn to_json(&self) -> Result<Vec<u8>, InvalidPart> {
        if self.texts().any(|text| !is_code(text)) {
            return Err(InvalidPart);
        }
        serde_json::to_vec(self).map_err(|_| InvalidPart)
    }

    /// Reads canonical bytes. Every other text is refused, since another reader could see another content in it.
    ///
    /// # Errors
    /// [`InvalidPart`] when the bytes are not exactly those that [`Part::to_json`] writes.
    pub fn from_json(bytes: &[u8]) -> Result<Self, InvalidPart> {
        let part: Self = serde_json::from_slice(bytes).map_err(|_| InvalidPart)?;
        if part.to_json()? == bytes { Ok(part) } else { Err(InvalidPart) }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let optional = [&self.trace_id, &self.key_thumbprint, &self.cause];
        optional
            .into_iter()
            .filter_map(Option::as_deref)
            .chain(self.conditions.iter().map(String::as_str))
            .chain(self.faults.iter().map(|fault| fault.code.as_str()))
            .chain(self.ages.keys().map(String::as_str))
            .chain([&self.subjects, &self.rows, &self.gone].into_iter().flatten().map(String::as_str))
    }
}

/// Codes, ids, digests and thumbprints: no spaces, nothing beyond ASCII.
fn is_code(text: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'-' | b'=');
    !text.is_empty() && text.len() <= 160 && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Part {
        Part {
            number: Some(17),
            reader: Some("00000099000000001000/werk-en-inkomen".parse().unwrap()),
            trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".to_owned()),
            caller: Some("00000099000000001000/werk-en-inkomen".parse().unwrap()),
            packet: Some("0197b3a0-0000-7000-8000-000000000001".parse().unwrap()),
            dataset: Some("overgangsdocument".parse().unwrap()),
            basis: Some("overgangsdocument.pro".parse().unwrap()),
            provisions: vec!["wvo2020:2.31b:3".parse().unwrap()],
            conditions: vec!["overgangsdocument.voortzetting".to_owned()],
            categories: ["school", "persoon"].iter().map(|code| code.parse().unwrap()).collect(),
            jwe_sha256: Some(Digest([0xab; 32])),
            staff: Some(Staff::new("jansen-4", "consulent \"W&I\" é").unwrap()),
            as_of: Some(3),
            subjects: ["request/1".to_owned()].into(),
            rows: ["copy:2".to_owned(), "copy:1".to_owned()].into(),
            gone: ["copy:3".to_owned()].into(),
            ..Part::of(Event::Pull, Outcome::Permitted)
        }
    }

    #[test]
    fn the_bytes_are_canonical() {
        let expected = concat!(
            r#"{"v":2,"number":17,"reader":{"oin":"00000099000000001000","role":"werk-en-inkomen"},"#,
            r#""event":"pull","outcome":"permitted","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","#,
            r#""caller":{"oin":"00000099000000001000","role":"werk-en-inkomen"},"#,
            r#""packet":"0197b3a0-0000-7000-8000-000000000001","dataset":"overgangsdocument","#,
            r#""basis":"overgangsdocument.pro","provisions":["wvo2020:2.31b:3"],"#,
            r#""conditions":["overgangsdocument.voortzetting"],"categories":["persoon","school"],"#,
            r#""jweSha256":"abababababababababababababababababababababababababababababababab","#,
            r#""staff":{"reference":"jansen-4","function":"consulent \"W&I\" é"},"#,
            r#""asOf":3,"subjects":["request/1"],"rows":["copy:1","copy:2"],"gone":["copy:3"]}"#,
        );
        assert_eq!(String::from_utf8(full().to_json().unwrap()).unwrap(), expected);
        assert_eq!(Part::from_json(expected.as_bytes()), Ok(full()));
        assert_eq!(Part::default().to_json().unwrap(), br#"{"v":2}"#);
    }

    #[test]
    fn every_other_spelling_is_refused() {
        let bytes = full().to_json().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        for other in [
            text.replace("\"v\":2,", ""),
            text.replace("\"v\":2", "\"v\":1"),
            text.replace("\"v\":2", "\"v\":2.0"),
            text.replace("\"v\":2,", "\"v\":2, "),
            text.replace(
                "\"event\":\"pull\",\"outcome\":\"permitted\"",
                "\"outcome\":\"permitted\",\"event\":\"pull\"",
            ),
            text.replace("[\"persoon\",\"school\"]", "[\"school\",\"persoon\"]"),
            text.replace('é', "\\u00e9"),
            text.replace("abab", "ABAB"),
            text.replace("\"pull\"", "\"pull\",\"event\":\"pull\""),
            text.replace("\"v\":2,", "\"v\":2,\"extra\":1,"),
            text.replace("\"v\":2,", "\"v\":2,\"event\":null,"),
            format!("{text}\n"),
        ] {
            assert_ne!(other, text);
            assert_eq!(Part::from_json(other.as_bytes()), Err(InvalidPart), "{other}");
        }
    }

    #[test]
    fn free_texts_do_not_pass_as_codes() {
        let cause = |text: &str| Part { cause: Some(text.to_owned()), ..Part::default() }.to_json();
        assert!(cause("unknown-packet").is_ok());
        assert_eq!(cause("Toby, geboren 3-11-2007"), Err(InvalidPart));
        assert_eq!(cause(""), Err(InvalidPart));
        let conditions = vec!["no id".to_owned()];
        assert_eq!(Part { conditions, ..Part::default() }.to_json(), Err(InvalidPart));
    }
}
