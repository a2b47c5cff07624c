//! Which file of the house uses what of which other: read from `use`, from paths in the code, and through re-exports.

use std::collections::{BTreeMap, BTreeSet};

/// A module as its path below `src/`, without the ending.
pub(super) type Module = String;

/// What each file takes from others.
#[derive(Debug, Default)]
pub(super) struct Imports(BTreeMap<Module, BTreeMap<Module, BTreeSet<String>>>);

/// One file, read.
#[derive(Debug, Default)]
struct File {
    /// The modules that stand in files of their own below it.
    children: BTreeSet<String>,
    /// What a name means here, where it was taken from another place of the house.
    names: BTreeMap<String, Vec<String>>,
    /// Every path of the house that the code uses.
    used: Vec<Vec<String>>,
}

impl Imports {
    /// Reads these files, by path. What stands in tests does not count.
    pub(super) fn of(sources: &BTreeMap<String, String>) -> Self {
        let mut files = BTreeMap::new();
        for (path, source) in sources {
            let module = path.trim_start_matches("src/").trim_end_matches(".rs").to_owned();
            if !matches!(&*module, "lib" | "main") && !module.ends_with("tests") {
                files.insert(module.clone(), File::read(&module, &tokens(code_of(source))));
            }
        }
        let mut imports = Self::default();
        for (module, file) in &files {
            for path in &file.used {
                let Some((other, item)) = owner(&files, path, 0) else { continue };
                if other != *module {
                    let taken = imports.0.entry(module.clone()).or_default().entry(other).or_default();
                    taken.insert(item);
                }
            }
        }
        imports
    }

    /// What one file takes from another.
    pub(super) fn taken(&self, from: &str, to: &str) -> Option<&BTreeSet<String>> {
        self.0.get(from)?.get(to)
    }

    /// Which file takes from which.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&Module, &Module)> {
        self.0.iter().flat_map(|(from, taken)| taken.keys().map(move |to| (from, to)))
    }

    /// The groups of files that import each other, each with what ties it.
    pub(super) fn circles(&self) -> Vec<(BTreeSet<Module>, String)> {
        let reach: BTreeMap<&Module, BTreeSet<&Module>> =
            self.0.keys().map(|module| (module, self.reached(module))).collect();
        let mut circles: Vec<(BTreeSet<Module>, String)> = Vec::new();
        for (module, reached) in &reach {
            if !reached.contains(module) || circles.iter().any(|(known, _)| known.contains(*module)) {
                continue;
            }
            let back = |other: &&&Module| reach.get(**other).is_some_and(|reached| reached.contains(module));
            let circle: BTreeSet<Module> = reached.iter().filter(back).map(|one| (*one).clone()).collect();
            let ties = circle.iter().flat_map(|from| circle.iter().map(move |to| (from, to)));
            let ties = ties.filter_map(|(from, to)| {
                let taken: Vec<_> = self.taken(from, to)?.iter().cloned().collect();
                Some(format!("  {from} takes of {to}: {}", taken.join(", ")))
            });
            let ties = ties.collect::<Vec<_>>().join("\n");
            circles.push((circle, ties));
        }
        circles
    }

    fn reached(&self, from: &Module) -> BTreeSet<&Module> {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![from];
        while let Some(module) = waiting.pop() {
            for other in self.0.get(module).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(other) {
                    waiting.push(other);
                }
            }
        }
        reached
    }
}

impl File {
    fn read(module: &str, tokens: &[String]) -> Self {
        let mut file = Self::default();
        for window in tokens.windows(3) {
            if window[0] == "mod" && window[2] == ";" {
                file.children.insert(window[1].clone());
            }
        }
        let here: Vec<String> = module.split('/').map(str::to_owned).collect();
        let (mut body, mut handed_on) = (Vec::new(), Vec::new());
        let mut rest = tokens;
        while let Some((first, after)) = rest.split_first() {
            if first != "use" || after.first().is_none_or(|next| next == "<") {
                body.push(first.clone());
                rest = after;
                continue;
            }
            let end = after.iter().position(|token| token == ";").unwrap();
            let is_handed_on = matches!(body.last().map(String::as_str), Some("pub" | ")"));
            for (path, name) in tree(&after[..end]) {
                let Some(path) = file.absolute(&here, &path) else { continue };
                file.names.insert(name.clone(), path.clone());
                if is_handed_on {
                    handed_on.push((name, path));
                } else {
                    file.used.push(path);
                }
            }
            rest = &after[end + 1..];
        }
        // What is only handed on is not used here.
        let written = |name: &String| body.contains(name);
        file.used.extend(handed_on.into_iter().filter(|(name, _)| written(name)).map(|(_, path)| path));
        let mut at = 0;
        while at + 2 < body.len() {
            let before = at.checked_sub(1).map(|before| body[before].as_str());
            // Behind `::` or `.` stands no name of its own, and `pub(in path)` uses nothing.
            let is_start = !matches!(before, Some("::" | "." | "in"));
            let mut path = vec![body[at].clone()];
            while body.get(at + 1).is_some_and(|token| token == "::")
                && body.get(at + 2).is_some_and(|next| is_word(next))
            {
                path.push(body[at + 2].clone());
                at += 2;
            }
            at += 1;
            if is_start && path.len() > 1 && is_word(&path[0]) {
                let known = file.names.get(&path[0]);
                let path = match known {
                    Some(start) => Some(start.iter().chain(&path[1..]).cloned().collect()),
                    None => file.absolute(&here, &path),
                };
                file.used.extend(path);
            }
        }
        file
    }

    /// The path from the root of the house; nothing for what is not of the house.
    fn absolute(&self, here: &[String], path: &[String]) -> Option<Vec<String>> {
        let first = path.first()?.as_str();
        if first == "crate" {
            return Some(path[1..].to_vec());
        }
        let mut base = here.to_vec();
        let mut rest = path;
        while let Some((step, after)) = rest.split_first() {
            match step.as_str() {
                "self" => {}
                "super" => drop(base.pop()),
                _ => break,
            }
            rest = after;
        }
        let is_here = rest.len() < path.len() || self.children.contains(first);
        is_here.then(|| base.into_iter().chain(rest.iter().cloned()).collect())
    }
}

/// The file in which what this path names is defined, and its name there.
fn owner(files: &BTreeMap<Module, File>, path: &[String], depth: u8) -> Option<(Module, String)> {
    let known = |length: &usize| files.contains_key(&path[..*length].join("/"));
    let length = (1..=path.len()).rev().find(known)?;
    let module = path[..length].join("/");
    let rest = &path[length..];
    let handed_on = rest.first().and_then(|name| files[&module].names.get(name));
    match handed_on {
        Some(start) if depth < 10 && start != path => {
            let path: Vec<String> = start.iter().chain(&rest[1..]).cloned().collect();
            owner(files, &path, depth + 1)
        }
        _ => Some((module, if rest.is_empty() { "*".to_owned() } else { rest.join("::") })),
    }
}

/// The paths of a `use`, each with the name that it has from then on.
fn tree(tokens: &[String]) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    let (mut stack, mut path): (Vec<Vec<String>>, Vec<String>) = (Vec::new(), Vec::new());
    let mut alias = None;
    let mut is_leaf = false;
    let mut end = |path: &mut Vec<String>, alias: &mut Option<String>, is_leaf: &mut bool| {
        if *is_leaf {
            if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            let name = alias.take().or_else(|| path.last().cloned()).unwrap_or_default();
            found.push((path.clone(), name));
        }
        *is_leaf = false;
    };
    let mut tokens = tokens.iter();
    while let Some(token) = tokens.next() {
        match token.as_str() {
            "{" => {
                is_leaf = false;
                stack.push(path.clone());
            }
            "," => {
                end(&mut path, &mut alias, &mut is_leaf);
                path = stack.last().cloned().unwrap_or_default();
            }
            "}" => {
                end(&mut path, &mut alias, &mut is_leaf);
                stack.pop();
                path = stack.last().cloned().unwrap_or_default();
            }
            "::" => {}
            "as" => alias = tokens.next().cloned(),
            word => {
                path.push(word.to_owned());
                is_leaf = true;
            }
        }
    }
    end(&mut path, &mut alias, &mut is_leaf);
    found
}

/// The source without its inline tests, which stand at the end.
pub(super) fn code_of(source: &str) -> &str {
    const MARK: &str = "#[cfg(test)]";
    let is_inline = |at: usize| {
        let (_, behind) = source.split_at(at + MARK.len());
        let module = behind.trim_start().strip_prefix("mod ");
        module.and_then(|rest| rest.find(['{', ';']).map(|end| rest.as_bytes()[end])) == Some(b'{')
    };
    let tests = source.match_indices(MARK).map(|(at, _)| at).find(|at| is_inline(*at));
    tests.map_or(source, |at| source.split_at(at).0)
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words, `::` and single marks; comments, texts and letters are left out.
fn tokens(source: &str) -> Vec<String> {
    let letters: Vec<char> = source.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    let is_part = |c: &char| c.is_alphanumeric() || *c == '_';
    while let Some(&letter) = letters.get(at) {
        let next = letters.get(at + 1).copied();
        match letter {
            '/' if next == Some('/') => at = place(&letters, at, |rest| rest[0] == '\n'),
            '/' if next == Some('*') => at = place(&letters, at, |rest| rest.starts_with(&['*', '/'])) + 2,
            '"' => at = behind_text(&letters, at + 1),
            '\'' if next == Some('\\') => at = place(&letters, at + 3, |rest| rest[0] == '\'') + 1,
            '\'' if letters.get(at + 2) == Some(&'\'') => at += 3,
            letter if is_part(&letter) => {
                let end = place(&letters, at, |rest| !is_part(&rest[0]));
                let word: String = letters[at..end].iter().collect();
                let marks = letters[end..].iter().take_while(|c| **c == '#').count();
                if matches!(&*word, "r" | "br") && letters.get(end + marks) == Some(&'"') {
                    let close: Vec<char> =
                        std::iter::once('"').chain(std::iter::repeat_n('#', marks)).collect();
                    at = place(&letters, end + marks + 1, |rest| rest.starts_with(&close)) + close.len();
                } else {
                    tokens.push(word);
                    at = end;
                }
            }
            ':' if next == Some(':') => {
                tokens.push("::".to_owned());
                at += 2;
            }
            letter => {
                if !letter.is_whitespace() {
                    tokens.push(letter.to_string());
                }
                at += 1;
            }
        }
    }
    tokens
}

fn place(letters: &[char], from: usize, is_it: impl Fn(&[char]) -> bool) -> usize {
    (from..letters.len()).find(|at| is_it(&letters[*at..])).unwrap_or(letters.len())
}

fn behind_text(letters: &[char], mut at: usize) -> usize {
    while let Some(letter) = letters.get(at) {
        match letter {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}
