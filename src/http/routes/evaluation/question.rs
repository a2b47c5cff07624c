//! A question of AuthZEN, read as its specification asks: what must be there is, what is not known is passed over.

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::facts::{self, Facts};
use crate::{
    domain::{
        code::DatasetCode,
        oin::Oin,
        party::{PartyId, Role},
        problem::Fault,
    },
    http::{
        json::typed,
        problem::{self, Problem},
        wire::shape,
    },
    policy::{glossary::Glossary, whatif::WhatIf},
};

/// Whether a party may receive a dataset, given these facts. Members that are not described are passed over.
#[derive(Debug, ToSchema)]
#[schema(as = Evaluation)]
#[expect(dead_code, reason = "describes what `read` reads")]
pub(super) struct Question {
    /// Who would receive.
    subject: Subject,
    /// What it would do.
    action: Action,
    /// What it would receive.
    resource: Resource,
    /// The facts. Without `purpose` and `senderRole` the answer is no; every other fact may be left out. The dataset and the
    /// recipient stand in `resource` and `subject`.
    #[schema(nullable = false)]
    context: Option<Facts>,
}

/// Who would receive.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `read` reads")]
struct Subject {
    /// `party`; to others nothing is permitted.
    #[schema(value_type = shape::Word, example = "party")]
    r#type: String,
    /// An OIN, a slash and a role; or a role alone.
    #[schema(value_type = shape::Word, example = "00000099000000001000/werk-en-inkomen")]
    id: String,
    /// Passed over.
    #[schema(value_type = shape::Json, required = false)]
    properties: Value,
}

/// What it would do.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `read` reads")]
struct Action {
    /// `receive`; nothing else is permitted.
    #[schema(value_type = shape::Word, example = "receive")]
    name: String,
    /// Passed over.
    #[schema(value_type = shape::Json, required = false)]
    properties: Value,
}

/// What it would receive.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `read` reads")]
struct Resource {
    /// `dataset`; nothing of another type is permitted.
    #[schema(value_type = shape::Word, example = "dataset")]
    r#type: String,
    /// The dataset's code.
    #[schema(value_type = shape::Word, example = "overgangsdocument")]
    id: String,
    /// Passed over.
    #[schema(value_type = shape::Json, required = false)]
    properties: Value,
}

/// A question that is in order.
pub(in crate::http::routes) struct Read {
    /// The facts to judge; or why this is nothing that the gateway permits.
    pub(super) asked: Result<WhatIf, Vec<Fault>>,
    /// How many members were passed over.
    pub(super) ignored: usize,
}

/// # Errors
/// 400 with every fault: a member that must be there is not, or one is of another JSON type.
pub(in crate::http::routes) fn read(body: &Value, glossary: &Glossary) -> Result<Read, Problem> {
    let mut form = Form::default();
    let whole = form.object(body, "");
    form.pass_over(whole, &["subject", "action", "resource", "context"]);
    let (subject, id) = (form.part(whole, "subject", "type"), form.part(whole, "subject", "id"));
    let action = form.part(whole, "action", "name");
    let (resource, dataset) = (form.part(whole, "resource", "type"), form.part(whole, "resource", "id"));
    for (pointer, known) in
        [("subject", &["type", "id"][..]), ("action", &["name"]), ("resource", &["type", "id"])]
    {
        let part = whole.and_then(|whole| whole.get(pointer)).and_then(Value::as_object);
        form.pass_over(part, known);
        if let Some(properties) = part.and_then(|part| part.get("properties")) {
            form.object(properties, &format!("/{pointer}/properties"));
        }
    }
    let context = whole.and_then(|whole| whole.get("context"));
    let facts = form.facts(context, glossary);
    if !form.faults.is_empty() {
        return Err(problem::INVALID.code("not-a-question").with_faults(form.faults));
    }
    let mut reasons = Vec::new();
    expect(&mut reasons, subject == Some("party"), "/subject/type", "unknown-subject-type", &SUBJECT_TYPE);
    let recipient = recipient(id.unwrap_or_default());
    expect(&mut reasons, recipient.is_some(), "/subject/id", "unknown-subject", &SUBJECT);
    expect(&mut reasons, action == Some("receive"), "/action/name", "unknown-action", &ACTION);
    expect(&mut reasons, resource == Some("dataset"), "/resource/type", "unknown-resource-type", &RESOURCE);
    let dataset: Option<DatasetCode> = dataset.and_then(|code| code.parse().ok());
    expect(&mut reasons, dataset.is_some(), "/resource/id", "unknown-dataset", &DATASET);
    expect(&mut reasons, facts.purpose.is_some(), "/context/purpose", "missing", &PURPOSE);
    expect(&mut reasons, facts.sender_role.is_some(), "/context/senderRole", "missing", &SENDER);
    let asked = match recipient {
        Some((recipient_oin, role)) if reasons.is_empty() => {
            Ok(WhatIf { dataset, recipient_role: Some(role), recipient_oin, ..facts })
        }
        _ => Err(reasons),
    };
    Ok(Read { asked, ignored: form.ignored })
}

/// The scenario of AuthZEN asks a 400 where other routes answer 415.
pub(super) fn not_json(problem: Problem) -> Problem {
    if problem.status() != problem::MEDIA_TYPE_NOT_SUPPORTED.status() {
        return problem;
    }
    problem::INVALID.code("content-type").with_faults([Fault::at(
        "header:content-type",
        "media-type-not-supported",
        "Stuur application/json in UTF-8, zonder Content-Encoding.",
        "Send application/json in UTF-8, without Content-Encoding.",
    )])
}

fn recipient(id: &str) -> Option<(Option<Oin>, Role)> {
    let party = id.parse::<PartyId>().map(|party| (Some(party.oin), party.role));
    party.ok().or_else(|| id.parse().ok().map(|role| (None, role)))
}

/// A reason in Dutch and in English.
type Reason = (&'static str, &'static str);

const SUBJECT_TYPE: Reason =
    ("Alleen een partij (party) kan hier iets ontvangen.", "Only a party can receive anything here.");
const SUBJECT: Reason = (
    "Noem een OIN, een schuine streep en een rol, of alleen een rol.",
    "Name an OIN, a slash and a role, or a role alone.",
);
const ACTION: Reason =
    ("Alleen ontvangen (receive) wordt hier beoordeeld.", "Only receiving (receive) is judged here.");
const RESOURCE: Reason = ("Alleen een dataset wordt hier beoordeeld.", "Only a dataset is judged here.");
const DATASET: Reason = ("Deze dataset bestaat hier niet.", "There is no such dataset here.");
const PURPOSE: Reason = (
    "Zonder doel mag er niets: noem context.purpose.",
    "Without a purpose nothing is permitted: name context.purpose.",
);
const SENDER: Reason = (
    "Zonder de rol van de verzender mag er niets: noem context.senderRole.",
    "Without the sender's role nothing is permitted: name context.senderRole.",
);

fn expect(reasons: &mut Vec<Fault>, holds: bool, pointer: &str, code: &'static str, reason: &Reason) {
    if !holds {
        reasons.push(Fault::at(pointer, code, reason.0, reason.1));
    }
}

/// What is wrong with the form, and what was passed over.
#[derive(Default)]
struct Form {
    faults: Vec<Fault>,
    ignored: usize,
}

impl Form {
    fn object<'v>(&mut self, value: &'v Value, pointer: &str) -> Option<&'v Map<String, Value>> {
        if value.as_object().is_none() {
            self.wrong_type(pointer);
        }
        value.as_object()
    }

    /// A text in one of the three parts.
    fn part<'v>(&mut self, whole: Option<&'v Map<String, Value>>, part: &str, name: &str) -> Option<&'v str> {
        let pointer = format!("/{part}");
        let Some(value) = whole?.get(part) else {
            self.missing(pointer);
            return None;
        };
        let Some(object) = value.as_object() else {
            self.wrong_type(&pointer);
            return None;
        };
        let pointer = format!("{pointer}/{name}");
        let Some(value) = object.get(name) else {
            self.missing(pointer);
            return None;
        };
        if value.as_str().is_none() {
            self.wrong_type(&pointer);
        }
        value.as_str()
    }

    fn facts(&mut self, context: Option<&Value>, glossary: &Glossary) -> WhatIf {
        let Some(object) = context.and_then(|context| self.object(context, "/context")) else {
            return WhatIf::default();
        };
        let known = facts::names(glossary);
        let (mut known, unknown): (Map<_, _>, Map<_, _>) =
            object.clone().into_iter().partition(|(name, _)| known.contains(name));
        self.ignored = self.ignored.saturating_add(unknown.len());
        let (asserted, faults) = glossary.take(&mut known, "/context");
        self.faults.extend(faults);
        let read = typed::<WhatIf>(&Value::Object(known)).unwrap_or_else(|faults| {
            let inside = |fault: Fault| Fault { pointer: format!("/context{}", fault.pointer), ..fault };
            self.faults.extend(faults.into_iter().map(inside));
            WhatIf::default()
        });
        WhatIf { asserted, ..read }
    }

    fn pass_over(&mut self, object: Option<&Map<String, Value>>, known: &[&str]) {
        let unknown = object.into_iter().flat_map(Map::keys).filter(|name| !known.contains(&name.as_str()));
        self.ignored = self.ignored.saturating_add(unknown.count());
    }

    fn missing(&mut self, pointer: String) {
        self.add(Fault::at(pointer, "missing", "Dit veld ontbreekt.", "This member is missing."));
    }

    fn wrong_type(&mut self, pointer: &str) {
        self.add(Fault::at(
            pointer,
            "wrong-type",
            "Hier hoort een ander soort waarde.",
            "Another type of value is expected here.",
        ));
    }

    fn add(&mut self, fault: Fault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}
