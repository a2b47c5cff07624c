//! `sluis client template`: the CSV that a dataset's packets can be written in, or one packet as JSON.

use std::{collections::BTreeSet, path::PathBuf};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use csv::WriterBuilder;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    example,
    gateway::{Call, CallError},
    lists,
    profile::ProfileChoice,
    session::Session,
    sheets::columns::{Chosen, Columns, Fact},
    sheets::rows,
    sheets::sheet::Setting,
    text::member,
    tls,
};
use crate::{
    cli::{
        Context, Exit, Failure, files,
        language::{both, counted, tell},
        printable::{escaped, one_line},
    },
    domain::{clock::amsterdam_date, code::DatasetCode, declaration::DeclarationKind, json, party::Role},
    identity::certificate::ClientCertificate,
};

/// The arguments of `sluis client template`.
#[derive(Debug, Args)]
pub struct Template {
    /// The dataset.
    pub dataset: DatasetCode,

    /// Write it to this new file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Write one packet as JSON instead, with the dataset's invented example as content: replace every value by your own. Its
    /// dates are moved to the past year, as terms and ages count from today.
    #[arg(long, conflicts_with = "repeat")]
    pub packet: bool,

    /// Write a declaration instead that such a packet may need, by the same invented person and of today.
    #[arg(long, value_name = "KIND", conflicts_with_all = ["packet", "repeat"], value_parser = kinds())]
    pub declaration: Option<DeclarationKind>,

    /// More columns than what is required and usual: groups or names with commas between, such as `adres,stages`; `alles` is
    /// every column.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with_all = ["packet", "declaration"])]
    pub with: Vec<String>,

    /// A value that holds for every row, such as `ontvanger.gemeente=0361`; it stands once, above the names. May be given more
    /// than once.
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting, conflicts_with_all = ["packet", "declaration"])]
    pub set: Vec<Setting>,

    /// In which role you send; without it, the role in which the gateway knows the profile's certificate.
    #[arg(long, value_name = "ROLE")]
    pub role: Option<Role>,

    /// How many numbered columns a list gets; you may add more yourself.
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=20))]
    pub repeat: u8,
}

fn kinds() -> impl TypedValueParser<Value = DeclarationKind> {
    PossibleValuesParser::new(DeclarationKind::ALL.map(DeclarationKind::as_str))
        .try_map(|word| word.parse::<DeclarationKind>())
}

/// The day on which the person of an example left the school.
const LEFT: &str = "/traject/uitstroomdatum";

/// Who is told what was sent about them is no recipient that a sender names.
const PERSON: &str = "betrokkene";

/// What a gateway says of a dataset, as far as a template needs it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Dataset {
    code: String,
    kind: String,
    #[serde(rename = "restsOn")]
    rests_on: Option<String>,
    answers: Option<String>,
    schema: Value,
    example: Value,
    bases: Vec<Basis>,
    facts: Vec<Fact>,
    /// The role that sends it, once that is known.
    #[serde(skip)]
    sender: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Basis {
    id: String,
    senders: Vec<String>,
    recipients: Vec<String>,
    purposes: Vec<String>,
    required: Vec<String>,
    optional: Vec<String>,
    opt_out: Vec<String>,
}

impl Basis {
    fn allows(&self, category: &str) -> bool {
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
            answer => Ok(json::typed(&answer?.body).map_err(|_| CallError::OTHER_FORM)?),
        }
    }

    /// The columns of its packets: those of the schema, and the header's with the words that the bases leave.
    ///
    /// # Errors
    /// When the schema holds something that has no columns.
    pub fn columns(&self) -> Result<Columns, Failure> {
        let bases = self.bases().map(|basis| basis.id.clone()).collect();
        let columns = Columns::of_schema(&self.schema, &self.facts)?;
        let columns = if self.rests_on.is_some() { columns.always_with("request") } else { columns };
        let columns = if self.answers.is_some() {
            columns.always_with("replyTo").always_with("outcome")
        } else {
            columns
        };
        Ok(columns
            .taking("purpose", self.purposes())
            .taking("basis", bases)
            .taking("recipients.*.role", self.roles()))
    }

    /// Whether it is handed over or asked, in the gateway's word.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The values that every packet of this dataset has, where there is only one, under the names that a template gives them.
    fn settled(&self) -> Vec<(&'static str, String)> {
        let only = |words: Vec<String>| <[String; 1]>::try_from(words).ok().map(|[word]| word);
        let is_enrolled = self.example.pointer(LEFT).is_none();
        let all = [
            ("dataset", Some(self.code.clone())),
            ("doel", only(self.purposes())),
            ("ontvanger.rol", only(self.roles())),
            ("leerlingnummer.soort", Some("own".to_owned())),
            ("ingeschreven", Some(if is_enrolled { "ja" } else { "nee" }.to_owned())),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The dataset as one of these roles sends it: without the bases of other senders. Without roles, as it is.
    ///
    /// # Errors
    /// When none of these roles sends anything of it, or when more than one of them does.
    fn sent_by(mut self, roles: &[String]) -> Result<Self, Failure> {
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

    /// The recipient who may receive the most of the example, for which purpose, and what that is.
    fn widest(&self, today: Date) -> (Option<&String>, Option<&String>, Value) {
        let category = |member: &str| {
            let property = self.schema.get("properties").and_then(|known| known.get(member));
            property.and_then(|node| node.get("x-category")).and_then(Value::as_str)
        };
        let whole = example::of_today(&self.example, today);
        let left = |basis: &Basis| {
            let mut example = whole.clone();
            if let Some(members) = example.as_object_mut() {
                members.retain(|member, _| category(member).is_none_or(|category| basis.allows(category)));
            }
            example
        };
        let size = |example: &Value| example.as_object().map_or(0, serde_json::Map::len);
        let mut widest: Option<(&String, &Basis, Value)> = None;
        for basis in self.bases() {
            let example = left(basis);
            for role in basis.recipients.iter().filter(|role| *role != PERSON) {
                let is_wider = |(known, _, most): &(&String, &Basis, Value)| {
                    (size(&example), std::cmp::Reverse(role)) > (size(most), std::cmp::Reverse(*known))
                };
                if widest.as_ref().is_none_or(is_wider) {
                    widest = Some((role, basis, example.clone()));
                }
            }
        }
        match widest {
            Some((role, basis, example)) => (Some(role), basis.purposes.first(), example),
            None => (None, None, whole),
        }
    }

    /// A packet with the dataset's invented example, to start from today: for the recipient who may receive the most of it.
    fn packet(&self, today: Date) -> Value {
        let (recipient, purpose, mut example) = self.widest(today);
        // The example is of a school for praktijkonderwijs; another sender is of another kind, for which an mbo has no word everywhere.
        if let Some(school) = example.pointer_mut("/school").and_then(Value::as_object_mut) {
            match self.sender.as_deref() {
                Some("vso-school") => {
                    school.insert("soort".to_owned(), Value::from("voortgezet-speciaal-onderwijs"));
                }
                Some("mbo-school") => drop(school.remove("soort")),
                _ => {}
            }
        }
        let of = |pointers: &[&str]| pointers.iter().find_map(|pointer| example.pointer(pointer));
        let mut person = json!({
            "reference": { "kind": "own", "value": "L-2031" },
            "birthDate": of(&["/persoon/geboortedatum"]),
            "verblijf": "0361",
            "profiel": of(&["/traject/profiel", "/profiel/profiel"]),
            "verlatenOp": of(&[LEFT]),
            "verwijderdOp": of(&["/verwijdering/datum"]),
        });
        if let Some(members) = person.as_object_mut() {
            members.retain(|_, value| !value.is_null());
            // An mbo hands over about who holds its diploma (WEB 9.2.13).
            let left =
                members.get("verlatenOp").filter(|_| self.sender.as_deref() == Some("mbo-school")).cloned();
            if let Some(left) = left {
                members.insert("gediplomeerd".to_owned(), Value::Bool(true));
                members.insert("gediplomeerdOp".to_owned(), left);
            }
            members.insert("ingeschreven".to_owned(), Value::Bool(!members.contains_key("verlatenOp")));
            if let Some(sender) = self.sender.as_deref() {
                let not_by =
                    |name: &str| self.facts.iter().any(|fact| fact.code() == name && !fact.is_by(sender));
                members.retain(|name, _| !not_by(name));
            }
        }
        json!({
            "dataset": self.code,
            "purpose": purpose,
            "recipients": [{ "municipality": "0361", "role": recipient }],
            "person": person,
            "content": example,
        })
    }

    fn bases(&self) -> impl Iterator<Item = &Basis> {
        self.bases.iter().filter(|basis| basis.recipients.iter().any(|role| role != PERSON))
    }

    fn purposes(&self) -> Vec<String> {
        let all: BTreeSet<&String> = self.bases().flat_map(|basis| &basis.purposes).collect();
        all.into_iter().cloned().collect()
    }

    fn roles(&self) -> Vec<String> {
        let all: BTreeSet<&String> = self.bases().flat_map(|basis| &basis.recipients).collect();
        all.into_iter().filter(|role| *role != PERSON).cloned().collect()
    }
}

impl Template {
    /// Writes the template.
    ///
    /// # Errors
    /// When the gateway does not know the dataset, or the file cannot be written.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open(choice, at)?;
        if let Some(path) = &self.out {
            files::prove_new(path)?;
        }
        let dataset =
            Dataset { code: self.dataset.to_string(), ..Dataset::read(&self.dataset, &session).await? };
        let roles = match self.role {
            Some(role) => vec![role.to_string()],
            None => own_roles(&session).await,
        };
        let dataset = dataset.sent_by(&roles)?;
        let today = amsterdam_date(at.clock.now());
        match self.declaration {
            Some(kind) => self.write(&example::declaration(kind, &dataset.packet(today), today), at),
            None if self.packet => self.write(&dataset.packet(today), at),
            None => self.write_sheet(&dataset, at),
        }
    }

    fn write(&self, document: &Value, at: &mut Context) -> Result<Exit, Failure> {
        let text = format!("{document:#}");
        let text = escaped(&text);
        match &self.out {
            Some(path) => {
                files::write_private(path, format!("{text}\n").as_bytes())?;
                at.out.show(&json!({ "file": path }), || path.display().to_string())?;
            }
            None => at.out.show(document, || text.into_owned())?,
        }
        Ok(Exit::Done)
    }

    /// Whether every `--set` is a value of its column, once.
    fn check_set(&self, columns: &Columns) -> Result<(), Failure> {
        for (index, set) in self.set.iter().enumerate() {
            let Some(column) = columns.find(&set.name) else { continue };
            let is_same = |one: &Setting| columns.find(&one.name).is_some_and(|one| one.path == column.path);
            if self.set.iter().take(index).any(is_same) {
                return Err(Failure::usage(both!(
                    "--set geeft `{}` twee keer; er is niets geschreven",
                    "--set gives `{}` twice; nothing was written",
                    set.name
                ))
                .now(("geef het een keer", "give it once")));
            }
            if let Err(reason) = rows::read_for_every_row(&set.name, &column, &set.value) {
                return Err(Failure::usage(both!(
                    "de waarde van --set {} klopt niet; er is niets geschreven",
                    "the value of --set {} is not right; nothing was written",
                    set.name
                ))
                .now((reason.nl, reason.en)));
            }
        }
        Ok(())
    }

    fn write_sheet(&self, dataset: &Dataset, at: &mut Context) -> Result<Exit, Failure> {
        let columns = dataset.columns()?;
        let mut chosen = columns.chosen(&self.with, usize::from(self.repeat))?;
        for set in &self.set {
            match chosen.iter_mut().find(|one| one.name == set.name) {
                Some(one) => one.for_every_row = true,
                None if columns.find(&set.name).is_some() => chosen.push(Chosen {
                    name: set.name.clone(),
                    explanation: String::new(),
                    for_every_row: true,
                }),
                None => {
                    return Err(Failure::usage(both!(
                        "de dataset heeft geen kolom `{}`",
                        "the dataset has no column `{}`",
                        set.name
                    ))
                    .now(("--with alles laat alle namen zien", "--with alles shows every name")));
                }
            }
        }
        self.check_set(&columns)?;
        let settled = dataset.settled();
        let value = |name: &str| {
            let set = self.set.iter().find(|set| set.name == name).map(|set| set.value.clone());
            set.or_else(|| settled.iter().find(|(one, _)| *one == name).map(|(_, value)| value.clone()))
        };
        let bytes = written(&chosen, value)?;
        let of =
            |above: bool| chosen.iter().filter(move |one| one.for_every_row == above).map(|one| &one.name);
        let names: Vec<&String> = of(false).collect();
        let made = json!({
            "file": self.out, "columns": names, "forEveryRow": of(true).collect::<Vec<_>>(), "with": columns.groups(),
        });
        match &self.out {
            Some(path) => {
                files::write_private(path, &bytes)?;
                let language = at.out.language();
                at.out.show(&made, || {
                    let mut text = format!(
                        "{}: {}",
                        path.display(),
                        language.pick(
                            counted(names.len(), "kolom", "kolommen"),
                            counted(names.len(), "column", "columns")
                        )
                    );
                    let groups = columns.groups();
                    if self.with.is_empty() && !groups.is_empty() {
                        text.push_str(&tell!(
                            language,
                            "\nmeer kolommen: --with {}",
                            "\nmore columns: --with {}",
                            groups.join(",")
                        ));
                    }
                    text
                })?;
            }
            None if at.out.is_json() => at.out.show(&made, String::new)?,
            None => at.out.raw(&bytes)?,
        }
        Ok(Exit::Done)
    }
}

/// The roles in which the gateway knows the organisation of the profile's certificate; none where that cannot be told.
async fn own_roles(session: &Session) -> Vec<String> {
    let certificate = tls::certificates(&session.profile.certificate).ok();
    let certificate = certificate.and_then(|chain| ClientCertificate::read(chain.first()?).ok());
    let Some(oin) = certificate.map(|certificate| certificate.oin().to_string()) else { return Vec::new() };
    let items = lists::every(&session.gateway, "/v1/parties").await.unwrap_or_default();
    let own = items.iter().filter(|item| member(item, "/oin") == oin);
    own.map(|item| member(item, "/role")).filter(|role| !role.is_empty()).collect()
}

/// The bytes of a template: a byte order mark and semicolons, which a Dutch spreadsheet opens without asking; a line for what
/// holds for every row, as `#name=value` in one field, which no spreadsheet changes; the names; an explanation per column. A
/// terminal obeys none of it.
///
/// # Errors
/// When the CSV cannot be made.
pub fn written(chosen: &[Chosen], value: impl Fn(&str) -> Option<String>) -> Result<Vec<u8>, Failure> {
    let failed = |error: csv::Error| {
        Failure::internal(("kan de CSV niet maken", "cannot make the CSV")).because(error)
    };
    let mut writer = WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(b"\xEF\xBB\xBF".to_vec());
    for one in chosen.iter().filter(|one| one.for_every_row) {
        let line = format!("#{}={}", one.name, value(&one.name).unwrap_or_default());
        writer.write_record([one_line(&line), one_line(&one.explanation)]).map_err(failed)?;
    }
    let columns = || chosen.iter().filter(|one| !one.for_every_row);
    writer.write_record(columns().map(|one| one_line(&one.name))).map_err(failed)?;
    let explained = columns().enumerate().map(|(index, one)| {
        let explanation = one_line(&one.explanation);
        if index == 0 { format!("# {explanation}") } else { explanation }
    });
    writer.write_record(explained).map_err(failed)?;
    writer.into_inner().map_err(|_| Failure::internal(("kan de CSV niet maken", "cannot make the CSV")))
}

/// `NAME=VALUE` on the command line.
///
/// # Errors
/// When there is no `=` in it, or nothing before it.
pub fn setting(text: &str) -> Result<Setting, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok(Setting { line: None, name: name.trim().to_owned(), value: value.trim().to_owned() })
        }
        _ => Err("write NAME=VALUE, such as school.naam=De Sluis".to_owned()),
    }
}
