//! What can be said of all entries that were printed.

use serde_json::Value;

use crate::{
    cli::{
        Context, Exit, Failure,
        language::{Said, both},
    },
    merkle::checkpoint::Checkpoint,
};

/// What was printed, and what can be said of all of it.
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub(super) count: u64,
    wrong: u64,
    /// Whether there are more than were asked for.
    pub(super) is_cut: bool,
    last: Option<u64>,
    /// The latest state of the log that an entry was proven in.
    proven_in: Option<Checkpoint>,
}

impl Summary {
    pub(super) fn add(&mut self, item: &Value, verdict: Option<&Result<Checkpoint, Said>>) {
        self.count = self.count.saturating_add(1);
        self.wrong = self.wrong.saturating_add(u64::from(verdict.is_some_and(Result::is_err)));
        self.last = item.get("index").and_then(Value::as_u64);
        if let Some(Ok(checkpoint)) = verdict
            && self.proven_in.as_ref().is_none_or(|earlier| earlier.size < checkpoint.size)
        {
            self.proven_in = Some(checkpoint.clone());
        }
    }

    /// Tells it.
    ///
    /// # Errors
    /// When an entry does not hold.
    pub(super) fn told(self, is_verified: bool, at: &mut Context) -> Result<Exit, Failure> {
        let Self { count, wrong, is_cut, last, proven_in } = self;
        if count == 0 {
            at.out.say(("Niets.", "Nothing."))?;
        }
        if let Some(last) = last.filter(|_| is_cut) {
            at.out.say(both!(
                "Dit zijn de oudste {count}. Verder: --after {last}, of zonder --limit.",
                "These are the oldest {count}. Go on: --after {last}, or without --limit."
            ))?;
        }
        if is_verified {
            at.out.say(both!(
                "{count} gecontroleerd, {wrong} klopt niet",
                "{count} verified, {wrong} do not hold"
            ))?;
        }
        if wrong > 0 {
            return Err(Failure::refused(both!(
                "{wrong} van de {count} regels kloppen niet",
                "{wrong} of {count} entries do not hold"
            ))
            .now((
                "bewaar deze uitvoer en vertel het de beheerder van de gateway en uw privacy officer",
                "keep this output and tell the gateway's operator and your privacy officer",
            )));
        }
        if let Some(Checkpoint { origin, size, root }) = proven_in {
            at.out.say(both!(
                "Wat dit bewijst: elke regel hierboven staat zo in het log {origin}, dat toen {size} regels had (stand {root}), \
                 getekend met de `log_vkey` in uw profiel.\nDe nummers van uw regels volgen \
                 op elkaar: daartussen is u niets onthouden.\nWat dit niet bewijst: dat er na de laatste niets meer is, of dat anderen \
                 hetzelfde log zien. Hoe u dat vergelijkt: docs/voor-de-functionaris.md",
                "What this proves: each entry above stands so in the log {origin}, which had {size} entries then (root {root}), \
                 signed with the `log_vkey` of your profile.\nThe numbers of your entries follow each other: \
                 none between them was kept from you.\nWhat this does not prove: that nothing comes after the last, or that others see \
                 the same log. How to compare that: docs/voor-de-functionaris.md"
            ))?;
        }
        Ok(Exit::Done)
    }
}
