//! How the domain's values look in the interface description. Words come from the domain's own lists, so that the
//! description cannot lag behind them.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema, SchemaFormat,
        schema::{AdditionalProperties, KnownFormat, ObjectBuilder, Type},
    },
};

use crate::{
    domain::{
        assertion::FactType as FactTypeWord,
        declaration::{
            Capacity as CapacityWord, DeclarationKind as KindWord, EvidenceKind as EvidenceWord,
            Verdict as VerdictWord,
        },
        party::Role as RoleWord,
    },
    policy::dataset::{DatasetKind, Sensitivity as SensitivityWord},
};

macro_rules! shapes {
    ($($(#[doc = $doc:literal])+ $name:ident = $object:expr;)+) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let object: ObjectBuilder = $object;
                object.description(Some(concat!($($doc, "\n"),+).trim())).into()
            }
        }

        impl ToSchema for $name {}
    )+ };
}

fn pattern(pattern: &str, example: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).examples([example])
}

fn format(format: KnownFormat, example: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(format)))
        .examples([example])
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> ObjectBuilder {
    let words: Vec<&str> = words.into_iter().collect();
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words))
}

/// An object with members of its own. Without a word on them, generators take it for one that has none.
fn free() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
}

/// The question names nothing that could be judged.
pub const NOT_ASKED: &str = "not-asked";

const REFUSALS: [&str; 9] = [
    "unknown-dataset",
    "unknown-purpose",
    "unknown-category",
    "no-basis",
    "ambiguous-basis",
    "conditions-fail",
    "route",
    "policy-fault",
    NOT_ASKED,
];

const KEBAB: &str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";

shapes! {
    /// Organisatie-identificatienummer: 20 positions.
    Oin = pattern("^[0-9]{8}[0-9A-Z]{12}$", "00000099000000001000");
    /// The capacity in which an organisation takes part.
    Role = words(RoleWord::ALL.map(RoleWord::as_str));
    /// A municipality: the CBS code of four digits.
    Municipality = pattern("^[0-9]{4}$", "0361");
    /// An identifier: a UUID of version 7, in lower case.
    Id = pattern("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "01980d5e-7d2a-7c3e-9b1f-0a4d5c6b7e8f");
    /// A dataset of the catalogue.
    DatasetCode = pattern(KEBAB, "overgangsdocument");
    /// A purpose of the catalogue.
    PurposeCode = pattern(KEBAB, "voortzetting-ondersteuning");
    /// A category of the dataset.
    CategoryCode = pattern(KEBAB, "school");
    /// A basis of the dataset: what allows the transfer, with the articles that say so.
    BasisCode = pattern("^[a-z][a-z0-9-]*\\.[a-z][a-z0-9-]*$", "overgangsdocument.pro");
    /// A provision of an act: act, article and paragraph.
    Provision = pattern("^[a-z][a-z0-9-]*(:[0-9A-Za-z.]+)+$", "wvo2020:2.31b:3");
    /// A SHA-256 digest in lower-case hexadecimal digits.
    Sha256 = pattern("^[0-9a-f]{64}$", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    /// The thumbprint of a key (RFC 7638), in base64url.
    Thumbprint = pattern("^[0-9A-Za-z_-]{43}$", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    /// A receipt: a compact JWS of the gateway over an entry of the access log, with its proof.
    Receipt = pattern("^[0-9A-Za-z_-]+\\.[0-9A-Za-z_-]+\\.[0-9A-Za-z_-]+$", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA");
    /// An instant (RFC 3339), with `T` and `Z` in capitals. Any offset but `-00:00` is taken; answers are in UTC, to the
    /// millisecond.
    DateTime = format(KnownFormat::DateTime, "2026-12-01T00:00:00.000Z").pattern(Some(
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|\\+[0-9]{2}:[0-9]{2}|-(?!00:00)[0-9]{2}:[0-9]{2})$",
    ));
    /// A day on the calendar in Amsterdam.
    Date = format(KnownFormat::Date, "2026-07-17");
    /// A date of birth: 00 for an unknown day or month, 0000-00-00 if wholly unknown.
    BirthDate = pattern(
            "^(0000-00-00|(190[1-9]|19[1-9][0-9]|[2-9][0-9]{3})-(00-00|(0[1-9]|1[0-2])-([0-2][0-9]|3[01])))$",
            "2007-11-03",
        )
        .format(Some(SchemaFormat::Custom("incomplete-date".to_owned())));
    /// How it stands with what a packet rests on or answers: what was answered, `open` (not yet), `beeindigd` (it carries
    /// nothing any more); or `geen` (it names nothing), `onbekend` (what it names was not asked so).
    Reply = pattern("^(geen|onbekend|[a-z][a-z0-9-]*:[a-z][a-z0-9-]*)$", "verzoek-voortzetting:ja");
    /// What stands that was declared: the kind and in which capacity; `uitdrukkelijk` for a toestemming that was explicit.
    Wish = pattern("^[a-z][a-z-]*:[a-z][a-z-]*$", "instemming:persoon");
    /// What is answered: a code that the dataset of what is answered lists.
    OutcomeCode = pattern(KEBAB, "ja");
    /// Of which kind a fact of the person is.
    FactType = words(FactTypeWord::ALL.map(FactTypeWord::as_str));
    /// Whether it hands over or asks.
    MessageKind = words(DatasetKind::ALL.map(DatasetKind::as_str));
    /// Where a packet or a copy of it stands.
    State = words([
        "open", "waiting", "collected", "acknowledged", "withdrawn", "withheld", "expired",
    ]);
    /// Where a declaration stands.
    DeclarationState = words(["given", "withdrawn", "ended"]);
    /// What a notice is about.
    NoticeKind = words(["declaration-withdrawn", "packet-withdrawn", "key-revoked", "categories-narrowed", "mandate-ended", "recipient-blocked", "expires-soon", "expired"]);
    /// What may be done with a key.
    KeyState = words(["waiting", "active", "retired", "revoked"]);
    /// How sensitive a category is.
    Sensitivity = words(SensitivityWord::ALL.map(SensitivityWord::as_str));
    /// A public key (RFC 7517): RSA of at least 3072 bits, P-256 or X25519.
    Jwk = free()
        .property("kty", words(["RSA", "EC", "OKP"]))
        .required("kty")
        .property("alg", words(["RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW"]))
        .property("crv", words(["P-256", "X25519"]));
    /// A day, or an instant; a day is its midnight in Amsterdam.
    Moment = pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{5,18}(Z|[+-][0-9]{2}:[0-9]{2}))?$", "2026-09-01");
    /// One word or name, without spaces.
    Word = pattern("^[^\\s]{1,128}$", "party");
    /// A condition, by the name that the policies give it.
    ConditionId = pattern("^[a-z][a-z0-9-]*(\\.[a-z0-9-]+)*$", "verzoek-voortzetting.instemming");
    /// A provision as one writes it in Dutch.
    Citation = pattern("^.{1,256}$", "art. 2.31b lid 2 WVO 2020");
    /// Why a decision is no.
    Refusal = words(REFUSALS);
    /// Lines of text.
    Lines = ObjectBuilder::new().schema_type(Type::String).max_length(Some(65_536));
    /// The level of a tile, or `entries`.
    TileLevel = pattern("^([0-9]|[1-5][0-9]|6[0-3]|entries)$", "0");
    /// The number of a full tile.
    TileNumber = pattern("^[0-9]{3}$", "000");
    /// The number of a partial tile.
    PartialTileNumber = pattern("^[0-9]{3}\\.p$", "000.p");
    /// The width of a partial tile.
    TileWidth = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(255)).examples([1]);
    /// A JSON Schema (2020-12), or a document that it describes.
    Json = free();
    /// The kind of a declaration.
    DeclarationKind = words(KindWord::ALL.map(KindWord::as_str));
    /// In which capacity someone declares.
    Capacity = words(CapacityWord::ALL.map(CapacityWord::as_str));
    /// What the controller decides: upheld, dismissed, lifted.
    Verdict = words(VerdictWord::ALL.map(VerdictWord::as_str));
    /// A reason, in a word of the controller's own.
    ReasonCode = pattern(KEBAB, "zwaarwegend-belang");
    /// On what a declaration rests.
    EvidenceKind = words(EvidenceWord::ALL.map(EvidenceWord::as_str));
    /// The content, as the schema of the dataset says.
    Content = free();
}
