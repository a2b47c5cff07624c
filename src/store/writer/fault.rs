//! Places where a test can make the database fail.

use std::fmt;

/// A moment in a batch, in the order in which a batch passes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Before the transaction begins.
    Begin,
    /// Before the lock of the head is taken.
    Lock,
    /// Before each statement that looks up what the batch is judged by.
    Look,
    /// Before each table that the batch changes beside the log.
    Table,
    /// Before the leaves are written.
    Leaves,
    /// Before the bodies of the entries are written.
    Bodies,
    /// Before it is written down who may read the entries.
    Readers,
    /// Before full tiles are written.
    Tiles,
    /// Before the checkpoint is signed.
    Sign,
    /// Before the head is written.
    Head,
    /// Before COMMIT is sent: nothing is kept, and the writer cannot know that.
    Commit,
    /// After COMMIT was carried out and before its answer arrived: everything is kept, and the writer cannot know that.
    Committed,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 12] = [
        Self::Begin,
        Self::Lock,
        Self::Look,
        Self::Table,
        Self::Leaves,
        Self::Bodies,
        Self::Readers,
        Self::Tiles,
        Self::Sign,
        Self::Head,
        Self::Commit,
        Self::Committed,
    ];
}

/// The failure that a test asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Injected;

/// Decides at which moments the database seems to fail. In production nothing does.
pub trait FaultPoint: Send + Sync + fmt::Debug {
    /// Called at each step.
    ///
    /// # Errors
    /// [`Injected`] when this step must fail.
    fn at(&self, step: Step) -> Result<(), Injected>;

    /// What the database seems to answer to a COMMIT that was sent, in place of its own answer.
    fn answer_to_commit(&self) -> Option<sqlx::Error> {
        None
    }
}

/// Nothing fails that does not fail by itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl FaultPoint for NoFaults {
    fn at(&self, _: Step) -> Result<(), Injected> {
        Ok(())
    }
}
