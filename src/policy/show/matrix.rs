//! Who may receive what from whom for which purpose, on which basis and under which conditions: the policies as a table.

mod cells;
mod pages;
mod table;
mod words;

pub use self::{
    table::{Article, Matrix, Row, RowCondition},
    words::{Pick, Words},
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{cells::STANDS_BY, pages::escape, *};
    use crate::{
        domain::{party::Role, problem::Bilingual},
        policy::load::catalogue::Catalogue,
    };

    fn dutch(text: &Bilingual) -> &str {
        &text.nl
    }

    fn english(text: &Bilingual) -> &str {
        &text.en
    }

    #[test]
    fn the_matrix_says_who_may_receive_what_on_which_basis() {
        let matrix = Matrix::of(&Catalogue::embedded().unwrap());
        let row = matrix.rows.iter().find(|row| row.basis.as_str() == "overgangsdocument.pro").unwrap();
        assert_eq!(row.senders, [Role::ProSchool]);
        assert_eq!(row.recipients, [Role::WerkEnInkomen]);
        assert_eq!(row.purposes[0].as_str(), "voortzetting-ondersteuning");
        assert_eq!(row.articles[0].citation, "art. 2.31b lid 3 WVO 2020");
        assert_eq!(row.ground.as_deref(), Some("6(1)(c)"));
        let names: Vec<&str> = row.conditions.iter().map(|condition| condition.id.as_str()).collect();
        assert!(
            names.contains(&"overgangsdocument.voortzetting") && names.contains(&"overgangsdocument.college")
        );
        assert!(!names.contains(&"guards.bezwaar"), "objection does not stop a legal duty");
        let copy =
            matrix.rows.iter().find(|row| row.basis.as_str() == "overgangsdocument.betrokkene-vso").unwrap();
        assert_eq!((&*copy.senders, &*copy.recipients), (&[Role::VsoSchool][..], &[Role::Betrokkene][..]));
        let profile =
            matrix.rows.iter().find(|row| row.basis.as_str() == "uitstroomprofiel.doorstroompunt").unwrap();
        assert_eq!(profile.senders, [Role::ProSchool, Role::VsoSchool, Role::MboSchool]);
        assert_eq!(
            profile.question.as_deref(),
            Some("ad"),
            "consent ahead of the target group is our reading"
        );
    }

    #[test]
    fn a_role_and_a_category_of_one_code_have_each_their_own_name() {
        let matrix = Matrix::of(&Catalogue::embedded().unwrap());
        let row = matrix.rows.iter().find(|row| row.basis.as_str() == "uitstroomprofiel.leerplicht").unwrap();
        let [.., to, _, _, _, optional, _] = row.cells(dutch);
        assert!(to.starts_with("gemeente, Leerplicht ("), "{to}");
        assert!(optional.contains("Of de leerling nog leer- of kwalificatieplichtig is"), "{optional}");
    }

    #[test]
    fn no_article_is_cited_twice_to_one_rule() {
        let matrix = Matrix::of(&Catalogue::embedded().unwrap());
        for row in &matrix.rows {
            for condition in &row.conditions {
                let mut cited: Vec<&str> =
                    condition.articles.iter().map(|article| &*article.citation).collect();
                let all = cited.len();
                cited.sort_unstable();
                cited.dedup();
                assert_eq!(cited.len(), all, "{}: {cited:?}", condition.id);
            }
        }
        // The text that held until 31 August 2026 is told as that.
        assert!(matrix.text(dutch).contains("art. 5 lid 1 UAVG, art. 5 UAVG (tot 1-9-2026)"));
    }

    #[test]
    fn a_row_says_to_whom_the_school_hands_a_copy_and_what_is_our_reading() {
        let matrix = Matrix::of(&Catalogue::embedded().unwrap());
        let copies = matrix.rows.iter().filter(|row| row.recipients == [Role::Betrokkene]);
        for row in copies {
            assert!(row.note.is_some(), "{}", row.basis);
        }
        let (text, html) = (matrix.text(dutch), matrix.html(dutch));
        for part in ["aan de ouders", "onze lezing, vraag"] {
            assert!(text.contains(part) && html.contains(part), "{part}");
        }
    }

    #[test]
    fn every_open_question_that_a_rule_names_stands_in_the_law() {
        let law = include_str!("../../../policies/law.toml");
        let matrix = Matrix::of(&Catalogue::embedded().unwrap());
        let rows = matrix.rows.iter().filter_map(|row| row.question.as_deref());
        let conditions = matrix.rows.iter().flat_map(|row| &row.conditions);
        let named = rows.chain(conditions.filter_map(|condition| condition.question.as_deref()));
        for letter in named.flat_map(|letters| letters.split(", ")) {
            let asked = [
                format!("question = \"{letter}: "),
                format!("question = \"{letter}, "),
                format!(", {letter}: "),
                format!("\n#   {letter}  "),
            ];
            assert!(asked.iter().any(|one| law.contains(one)), "{letter}");
        }
    }

    #[test]
    fn every_question_of_the_law_stands_on_both_pages_for_who_writes_policies() {
        let law = include_str!("../../../policies/law.toml");
        let of_entries = law.lines().filter_map(|line| line.strip_prefix("question = \"")?.split_once(": "));
        let of_none = law.lines().filter_map(|line| line.strip_prefix("#   ")?.split_once("  "));
        let is_letter =
            |text: &&str| (1..=2).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_lowercase());
        let letters = of_entries.chain(of_none).flat_map(|(letters, _)| letters.split(", "));
        let letters: BTreeSet<&str> = letters.filter(is_letter).collect();
        assert!(letters.len() > 30, "{letters:?}");
        for page in [
            include_str!("../../../docs/policy-authoring.md"),
            include_str!("../../../docs/beleid-schrijven.md"),
        ] {
            let is_there = |letter: &&&str| {
                page.contains(&format!("\n| {letter} |")) || page.contains(&format!("**{letter}**"))
            };
            let missing: Vec<_> = letters.iter().filter(|letter| !is_there(letter)).collect();
            assert!(missing.is_empty(), "{missing:?}");
        }
    }

    #[test]
    fn every_rendering_names_every_basis() {
        let matrix = Matrix::of(&Catalogue::embedded().unwrap());
        let both: [Pick; 2] = [dutch, english];
        for pick in both {
            let (text, markdown, html) = (matrix.text(pick), matrix.markdown(pick), matrix.html(pick));
            for row in &matrix.rows {
                assert!(text.contains(row.basis.as_str()), "{}", row.basis);
                assert!(markdown.contains(row.basis.as_str()), "{}", row.basis);
                assert!(html.contains(&format!("<th scope=\"row\">{}", row.basis)), "{}", row.basis);
                let (senders, purposes) = (row.senders.iter().map(ToString::to_string), &row.purposes);
                let categories = row.required.iter().chain(&row.optional).chain(&row.opt_out);
                let words = [&row.words.roles, &row.words.purposes, &row.words.categories];
                let codes = senders.map(|code| (words[0], code));
                let codes = codes.chain(purposes.iter().map(|code| (words[1], code.to_string())));
                for (words, code) in codes.chain(categories.map(|code| (words[2], code.to_string()))) {
                    let said = format!("{} ({code})", pick(&words[&code]));
                    assert!(text.contains(&said) && markdown.contains(&said), "{said}");
                    assert!(html.contains(&escape(&said)), "{said}");
                }
            }
            for page in [&text, &markdown, &html] {
                assert!(page.contains(pick(&STANDS_BY)));
                assert!(!page.contains(" / "), "one language");
            }
            assert!(html.contains("Werk &amp; Inkomen") || html.contains("work and income"));
            assert!(html.contains("<caption>"));
            assert!(
                markdown
                    .lines()
                    .filter(|line| line.starts_with("| "))
                    .all(|line| { line.replace("\\|", "").matches('|').count() == 10 })
            );
        }
        let guard = |id: &str| matrix.rows[0].conditions.iter().find(|one| one.id == id).unwrap().mark(dutch);
        assert_eq!((guard("guards.geheimhouding").is_empty(), guard("guards.pgn").is_empty()), (false, true));
    }
}
