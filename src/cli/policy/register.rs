//! `sluis policy register`: what of the register of processing activities follows from the policies.
//!
//! Only that: the controllers' names, their data protection officers, processors and security measures are not policy,
//! and each controller keeps its own register (GDPR 30). The page says so.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    cli::{Context, Exit, Failure, Language, language::tell},
    domain::{code::Purpose, digest::Digest, party::Role, problem::Bilingual},
    policy::{
        Catalogue, Dataset,
        dataset::{Basis, Sensitivity},
    },
};
use clap::ValueEnum;

/// In which form a register is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RegisterForm {
    /// For a terminal.
    Text,
    /// For a document.
    Markdown,
}

const MISSING_NL: &str = "Wat hier niet uit volgt en elke verwerkingsverantwoordelijke zelf aanvult (AVG 30 lid 1): naam en \
     contactgegevens van de verantwoordelijke en de FG, de categorieën van betrokkenen, verwerkers, de eigen bewaartermijn na ontvangst, doorgifte buiten \
     de EU en de beveiligingsmaatregelen.";
const MISSING_EN: &str = "What does not follow from the policies, and what each controller adds itself (GDPR 30(1)): name and \
     contact of the controller and its DPO, the categories of data subjects, processors, its own retention after receipt, transfers outside the EU, and \
     security measures.";

/// The register, one activity per legal basis.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Register {
    policy_digest: Digest,
    activities: Vec<Activity>,
    not_in_here: Bilingual,
}

/// One processing activity: a dataset on one basis.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Activity {
    basis: String,
    title: Bilingual,
    senders: Vec<Role>,
    recipients: Vec<Role>,
    purposes: Vec<PurposeLine>,
    ground: Option<String>,
    articles: Vec<String>,
    our_reading: bool,
    in_force_from: String,
    in_force_until: Option<String>,
    categories: Vec<CategoryLine>,
    retention_days: u32,
    retention_source: Bilingual,
    forget_days: u32,
}

#[derive(Debug, Serialize)]
struct PurposeLine {
    code: Purpose,
    nl: String,
    en: String,
    dpv: String,
}

#[derive(Debug, Serialize)]
struct CategoryLine {
    code: String,
    nl: String,
    en: String,
    sensitivity: Sensitivity,
    manner: &'static str,
}

pub(super) fn show(catalogue: &Catalogue, page: RegisterForm, at: &mut Context) -> Result<Exit, Failure> {
    let activities = catalogue
        .datasets()
        .flat_map(|dataset| dataset.bases.values().map(|basis| activity(catalogue, dataset, basis)))
        .collect();
    let register = Register {
        policy_digest: catalogue.digest(),
        activities,
        not_in_here: Bilingual::new(MISSING_NL, MISSING_EN),
    };
    let language = at.out.language();
    at.out.show(&register, || match page {
        RegisterForm::Text => text(&register, language),
        RegisterForm::Markdown => markdown(&register, language),
    })?;
    Ok(Exit::Done)
}

fn activity(catalogue: &Catalogue, dataset: &Dataset, basis: &Basis) -> Activity {
    let manners: BTreeMap<_, _> =
        [(&basis.required, "verplicht"), (&basis.optional, "optioneel"), (&basis.opt_out, "opt-uit")]
            .into_iter()
            .flat_map(|(categories, manner)| categories.iter().map(move |category| (category, manner)))
            .collect();
    let law: Vec<_> = basis.provisions.iter().filter_map(|id| catalogue.provision(id)).collect();
    Activity {
        basis: basis.id.to_string(),
        title: dataset.title.clone(),
        senders: basis.senders.iter().copied().collect(),
        recipients: basis.recipients.iter().copied().collect(),
        purposes: basis
            .purposes
            .iter()
            .filter_map(|code| catalogue.purpose(code))
            .map(|one| PurposeLine {
                code: one.code.clone(),
                nl: one.nl.clone(),
                en: one.en.clone(),
                dpv: one.dpv.clone(),
            })
            .collect(),
        ground: basis.ground.clone(),
        articles: law.iter().map(|entry| entry.citation()).collect(),
        our_reading: law.iter().any(|entry| entry.reading == crate::policy::law::Reading::Ours),
        in_force_from: basis.in_force_from.to_string(),
        in_force_until: basis.in_force_until.map(|day| day.to_string()),
        categories: dataset
            .categories
            .iter()
            .filter_map(|(code, info)| {
                Some(CategoryLine {
                    code: code.to_string(),
                    nl: info.title.nl.clone().into_owned(),
                    en: info.title.en.clone().into_owned(),
                    sensitivity: info.sensitivity,
                    manner: manners.get(code)?,
                })
            })
            .collect(),
        retention_days: dataset.retention_days,
        retention_source: dataset.retention_source.clone(),
        forget_days: dataset.forget_days,
    }
}

impl Activity {
    /// Names and values, in the order of AVG 30.
    fn lines(&self, language: Language) -> [(&'static str, String); 7] {
        let purposes: Vec<String> = self
            .purposes
            .iter()
            .map(|one| format!("{} ({}; {})", language.pick(&one.nl, &one.en), one.code, one.dpv))
            .collect();
        let categories: Vec<String> = self
            .categories
            .iter()
            .map(|one| {
                let manner = language.pick(one.manner, manner_in_english(one.manner));
                let title = language.pick(&one.nl, &one.en);
                format!("{title} ({manner}{})", nature(one.sensitivity, language))
            })
            .collect();
        let ground = self
            .ground
            .as_deref()
            .map(|ground| tell!(language, " (AVG {ground})", " (GDPR {ground})"))
            .unwrap_or_default();
        let reading = if self.our_reading { language.pick(" [onze lezing]", " [our reading]") } else { "" };
        let until = self
            .in_force_until
            .as_deref()
            .map(|day| tell!(language, " tot {day}", " until {day}"))
            .unwrap_or_default();
        [
            (language.pick("Verstrekker", "Sender"), roles(&self.senders)),
            (language.pick("Ontvanger", "Recipient"), roles(&self.recipients)),
            (language.pick("Doel", "Purpose"), purposes.join("; ")),
            (
                language.pick("Grondslag", "Legal basis"),
                format!("{}{ground}{reading}", self.articles.join("; ")),
            ),
            (
                language.pick("Van kracht", "In force"),
                tell!(
                    language,
                    "in elk geval vanaf {}{until}",
                    "at least from {}{until}",
                    self.in_force_from
                ),
            ),
            (language.pick("Gegevens", "Data"), categories.join("; ")),
            (
                language.pick("Bewaard door Sluis", "Kept by Sluis"),
                tell!(
                    language,
                    "hooguit {} dagen, versleuteld ({}); wat Sluis nodig heeft om te beslissen tot {} dagen na het einde, dan wordt het vergeten",
                    "at most {} days, encrypted ({}); what Sluis needs to decide until {} days after the end, then it is forgotten",
                    self.retention_days,
                    language.pick(&self.retention_source.nl, &self.retention_source.en),
                    self.forget_days
                ),
            ),
        ]
    }
}

/// What makes a category more than ordinary.
fn nature(sensitivity: Sensitivity, language: Language) -> &'static str {
    match sensitivity {
        Sensitivity::Ordinary => "",
        Sensitivity::Functional => language.pick(", functionele mogelijkheden", ", functional abilities"),
        Sensitivity::Health => language.pick(", gezondheid: AVG 9", ", health: GDPR 9"),
        Sensitivity::Criminal => language.pick(", strafrechtelijk: AVG 10", ", criminal: GDPR 10"),
    }
}

fn manner_in_english(manner: &'static str) -> &'static str {
    match manner {
        "verplicht" => "required",
        "optioneel" => "optional",
        "opt-uit" => "opt-out",
        other => other,
    }
}

fn roles(roles: &[Role]) -> String {
    roles.iter().map(Role::to_string).collect::<Vec<_>>().join(", ")
}

fn title(activity: &Activity, language: Language) -> &str {
    language.pick(&activity.title.nl, &activity.title.en)
}

fn text(register: &Register, language: Language) -> String {
    let mut lines = Vec::new();
    for activity in &register.activities {
        lines.push(format!("{} ({})", activity.basis, title(activity, language)));
        lines.extend(activity.lines(language).into_iter().map(|(name, value)| format!("  {name}: {value}")));
        lines.push(String::new());
    }
    lines.push(language.pick(MISSING_NL, MISSING_EN).to_owned());
    lines.push(tell!(language, "Beleid: {}", "Policies: {}", register.policy_digest));
    lines.join("\n")
}

fn markdown(register: &Register, language: Language) -> String {
    let head = language.pick(
        "# Register van verwerkingsactiviteiten: uit het beleid van Sluis",
        "# Register of processing activities: from the policies of Sluis",
    );
    let mut lines = vec![head.to_owned(), String::new(), language.pick(MISSING_NL, MISSING_EN).to_owned()];
    for activity in &register.activities {
        lines.push(String::new());
        lines.push(format!("## {} (`{}`)", title(activity, language), activity.basis));
        lines.extend([String::new(), "| | |".to_owned(), "|---|---|".to_owned()]);
        let row = |(name, value): (&str, String)| format!("| {name} | {} |", value.replace('|', "\\|"));
        lines.extend(activity.lines(language).into_iter().map(row));
    }
    lines.push(String::new());
    lines.push(tell!(language, "Beleid: `{}`", "Policies: `{}`", register.policy_digest));
    lines.join("\n")
}
