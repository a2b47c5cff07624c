//! Which act speaks to which kind of school.

use crate::domain::{code::Provision, party::Role};

/// Each kind of school with the act that speaks to it, and its Besluit.
pub(super) const ACTS: [(Role, &[&str]); 3] =
    [(Role::ProSchool, &["wvo2020", "ubwvo"]), (Role::VsoSchool, &["wec"]), (Role::MboSchool, &["web"])];

/// What of the WEB holds for the WVO 2020 and the WEC too: paragraph 1 of its title on the Doorstroompunt, without 9.2.2 and
/// 9.2.3 (WVO 2020 8.19, WEC 146).
const SHARED: &str = "web:9.2.";
const NOT_SHARED: [u32; 2] = [2, 3];
const LAST_SHARED: u32 = 11;

/// What the WVO 2020 and the WEB have the transition document drawn up by (WVO 2020 2.31b:3, WEB 9.2.13:3).
const REFERRED_TO: &str = "wec:14e";

/// Whether the act of this provision speaks to another kind of school than this one.
pub(super) fn is_foreign(provision: &Provision, sender: Role) -> bool {
    let Some((_, own)) = ACTS.iter().find(|(role, _)| *role == sender) else { return false };
    let is_of_a_school = ACTS.iter().any(|(_, acts)| acts.contains(&provision.act()));
    is_of_a_school && !own.contains(&provision.act()) && !is_shared(provision)
}

fn is_shared(provision: &Provision) -> bool {
    let text = provision.to_string();
    if text == REFERRED_TO {
        return true;
    }
    let article = text.strip_prefix(SHARED).and_then(|rest| rest.split(':').next());
    let number = article.and_then(|number| number.parse::<u32>().ok());
    number.is_some_and(|number| number <= LAST_SHARED && !NOT_SHARED.contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paragraph_on_the_doorstroompunt_is_of_every_school_and_the_rest_of_one() {
        let foreign = |text: &str| {
            let provision = text.parse().unwrap();
            ACTS.iter()
                .filter(|(role, _)| is_foreign(&provision, *role))
                .map(|(role, _)| *role)
                .collect::<Vec<_>>()
        };
        for shared in ["wec:14e", "web:9.2.1", "web:9.2.4:2", "web:9.2.11", "lpw:18:1", "avg:6:1a", "pw:7a:7"]
        {
            assert_eq!(foreign(shared), [], "{shared}");
        }
        for mbo in ["web:9.2.2", "web:9.2.3", "web:9.2.12:2", "web:9.2.13:3", "web:8.1.5:3", "web:2.5.5a"] {
            assert_eq!(foreign(mbo), [Role::ProSchool, Role::VsoSchool], "{mbo}");
        }
        assert_eq!(foreign("wec:14h"), [Role::ProSchool, Role::MboSchool]);
        assert_eq!(foreign("wec:47a:1"), [Role::ProSchool, Role::MboSchool]);
        assert_eq!(foreign("wvo2020:8.21:1"), [Role::VsoSchool, Role::MboSchool]);
        assert!(!is_foreign(&"wec:47a:1".parse().unwrap(), Role::WerkEnInkomen));
    }
}
