//! What a gateway says of a dataset.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::{
    gateway::{Call, CallError},
    session::Session,
    sheets::columns::{Columns, Fact},
};
use crate::{
    cli::{Failure, language::both},
    domain::{code::DatasetCode, declaration::DeclarationKind, json},
};

/// Who is told what was sent about them is no recipient that a sender names.
pub(super) const PERSON: &str = "betrokkene";

/// What a gateway says of a dataset, as far as a template needs it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Dataset {
    pub(super) code: String,
    kind: String,
    #[serde(rename = "restsOn")]
    rests_on: Option<String>,
    answers: Option<String>,
    pub(super) schema: Value,
    pub(super) example: Value,
    bases: Vec<Basis>,
    pub(super) facts: Vec<Fact>,
    /// The role that sends it, once that is known.
    #[serde(skip)]
    pub(super) sender: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Basis {
    id: String,
    senders: Vec<String>,
    pub(super) recipients: Vec<String>,
    pub(super) purposes: Vec<String>,
    required: Vec<String>,
    optional: Vec<String>,
    opt_out: Vec<String>,
    /// None of a gateway that does not say it.
    declarations: Option<Vec<CarriesIt>>,
    /// None of a gateway that does not say it.
    needs: Vec<Need>,
}

/// A fact without which a basis lets nothing go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Need {
    fact: String,
    senders: Vec<String>,
}

/// A declaration on which a transfer can rest.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CarriesIt {
    kind: String,
}

impl Basis {
    /// Whether it lets this category of the content be sent.
    pub(super) fn allows(&self, category: &str) -> bool {
        [&self.required, &self.optional, &self.opt_out].into_iter().flatten().any(|one| one == category)
    }
}

impl Dataset {
    /// The dataset, as the gateway has it now.
    ///
    /// # Errors
    /// When the gateway does not answer, or does not know the dataset.
    pub async fn read(code: &DatasetCode, session: &Session) -> Result<Self, Failure> {
        match session.gateway.call(Call::get(format!("/v1/datasets/{code}"))).await {
            Err(CallError::Problem(problem)) if problem.status == 404 => Err(Failure::refused(both!(
                "de gateway heeft geen dataset `{code}`",
                "the gateway has no dataset `{code}`"
            ))
            .now(("`sluis client datasets` noemt ze", "`sluis client datasets` lists them"))),
            answer => {
                let read: Self = json::typed(&answer?.body).map_err(|_| CallError::OTHER_FORM)?;
                Ok(Self { code: code.to_string(), ..read })
            }
        }
    }

    /// The columns of its packets: those of the schema, and the header's with the words that the bases leave.
    ///
    /// # Errors
    /// When the schema holds something that has no columns.
    pub fn columns(&self) -> Result<Columns, Failure> {
        let bases = self.bases.iter().map(|basis| basis.id.clone()).collect();
        let columns = Columns::of_schema(&self.schema, &self.facts)?;
        let columns = if self.bases().next().is_none() && !self.bases.is_empty() {
            columns.for_the_person_alone()
        } else {
            columns
        };
        let columns = if self.rests_on.is_some() { columns.always_with("request") } else { columns };
        let columns = if self.answers.is_some() {
            columns.always_with("replyTo").always_with("outcome")
        } else {
            columns
        };
        Ok(columns
            .often_with(|fact| self.needs(fact), &self.facts)
            .taking("purpose", self.every_purpose())
            .taking("basis", bases)
            .taking("recipients.*.role", self.roles()))
    }

    /// Whether whoever sends it must say this fact on some basis.
    fn needs(&self, fact: &str) -> bool {
        let is_ours = |need: &&Need| self.sender.as_ref().is_none_or(|sender| need.senders.contains(sender));
        self.bases.iter().flat_map(|basis| &basis.needs).filter(is_ours).any(|need| need.fact == fact)
    }

    /// Whether it is handed over or asked, in the gateway's word.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The dataset as one of these roles sends it: without the bases of other senders. Without roles, as it is.
    ///
    /// # Errors
    /// When none of these roles sends anything of it, or when more than one of them does.
    pub(super) fn sent_by(mut self, roles: &[String]) -> Result<Self, Failure> {
        if roles.is_empty() {
            return Ok(self);
        }
        let senders: BTreeSet<String> = self.bases().flat_map(|basis| basis.senders.clone()).collect();
        let own: Vec<&String> = roles.iter().filter(|role| senders.contains(*role)).collect();
        let senders = senders.iter().cloned().collect::<Vec<_>>().join(", ");
        match own.as_slice() {
            [] => Err(Failure::refused(match roles {
                [role] => both!(
                    "{role} stuurt niets van de dataset `{}`",
                    "{role} sends nothing of the dataset `{}`",
                    self.code
                ),
                // The gateway's list knows organisations; under which of its roles a certificate stands it does not tell.
                _ => both!(
                    "geen rol van uw organisatie ({}) stuurt iets van de dataset `{}`",
                    "no role of your organisation ({}) sends anything of the dataset `{}`",
                    roles.join(", "),
                    self.code
                ),
            })
            .now(both!("die dataset wordt gestuurd door: {senders}", "that dataset is sent by: {senders}"))),
            [role] => {
                let role = (*role).clone();
                self.bases.retain(|basis| basis.senders.contains(&role));
                self.sender = Some(role);
                Ok(self)
            }
            _ => Err(Failure::usage((
                "dit certificaat is van meer dan een rol",
                "this certificate is of more than one role",
            ))
            .now(("zeg met --role in welke rol u stuurt", "say with --role in which role you send"))),
        }
    }

    /// That a declaration of this kind can carry something here.
    ///
    /// # Errors
    /// When no basis reads one: the gateway would not record it.
    pub(super) fn can_rest_on(&self, kind: DeclarationKind) -> Result<(), Failure> {
        let read: Option<Vec<_>> = self.bases().map(|basis| basis.declarations.as_ref()).collect();
        let Some(read) = read.filter(|_| kind.names_its_recipient()) else { return Ok(()) };
        let read: BTreeSet<_> = read.into_iter().flatten().map(|one| one.kind.as_str()).collect();
        if read.contains(kind.as_str()) {
            return Ok(());
        }
        let code = &self.code;
        let refused = Failure::refused(both!(
            "de dataset `{code}` rust niet op een verklaring `{kind}`: zij zou niets veranderen",
            "the dataset `{code}` does not rest on a declaration `{kind}`: it would change nothing"
        ));
        Err(match (&self.rests_on, read.into_iter().collect::<Vec<_>>().join(", ")) {
            (_, read) if !read.is_empty() => refused.now(both!("zij rust op: {read}", "it rests on: {read}")),
            (Some(asked), _) => refused.now(both!(
                "zij rust op het antwoord op `{asked}`: vraag daarvan het model",
                "it rests on the answer to `{asked}`: ask for the template of that"
            )),
            (None, _) => refused
                .now(("voor deze dataset is geen verklaring nodig", "this dataset needs no declaration")),
        })
    }

    /// The bases on which something goes to a party.
    pub(super) fn bases(&self) -> impl Iterator<Item = &Basis> {
        self.bases.iter().filter(|basis| basis.recipients.iter().any(|role| role != PERSON))
    }

    /// The dataset as it is sent for this purpose. Without a basis for it, as it is: the gateway says what is wrong.
    pub(super) fn sent_for(&mut self, purpose: &str) {
        let is_for = |basis: &Basis| basis.purposes.iter().any(|one| one == purpose);
        if self.bases.iter().any(is_for) {
            self.bases.retain(is_for);
        }
    }

    /// For which purposes it goes to anybody, the person among them.
    fn every_purpose(&self) -> Vec<String> {
        let all: BTreeSet<&String> = self.bases.iter().flat_map(|basis| &basis.purposes).collect();
        all.into_iter().cloned().collect()
    }

    /// For which purposes it goes to a party.
    pub(super) fn purposes(&self) -> Vec<String> {
        let all: BTreeSet<&String> = self.bases().flat_map(|basis| &basis.purposes).collect();
        all.into_iter().cloned().collect()
    }

    /// To which roles.
    pub(super) fn roles(&self) -> Vec<String> {
        let all: BTreeSet<&String> = self.bases().flat_map(|basis| &basis.recipients).collect();
        all.into_iter().filter(|role| *role != PERSON).cloned().collect()
    }
}
