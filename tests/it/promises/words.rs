//! The words in which a run is told.

/// Of whom the steps are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Party {
    School,
    College,
    Doorstroompunt,
    /// Another school of the same organisation, for which nothing is.
    Stranger,
}

pub(super) const PARTIES: [Party; 4] =
    [Party::School, Party::College, Party::Doorstroompunt, Party::Stranger];

/// About whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Person {
    /// Eighteen and a half.
    Adult,
    /// Seventeen, during the whole of a run.
    Minor,
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Request,
    Document,
    Profile,
    /// With a member that no basis allows this recipient.
    TooMuch,
    Removal,
}

impl What {
    pub(super) const fn recipient(self) -> Party {
        match self {
            Self::Removal => Party::Doorstroompunt,
            Self::Request | Self::Document | Self::Profile | Self::TooMuch => Party::College,
        }
    }

    /// In whose accounts it stands that it was sent, or taken back: the recipient's, and of the document the person's copy apart.
    pub(super) fn accounts(self) -> Vec<Party> {
        let copy = (self == Self::Document).then_some(Party::School);
        [Party::School, self.recipient()].into_iter().chain(copy).collect()
    }

    /// What the recipient may read of it.
    pub(super) const fn categories(self) -> &'static [&'static str] {
        match self {
            Self::Request => &["persoon", "school", "traject", "ondersteuningsvraag"],
            Self::Document => &[
                "persoon",
                "school",
                "traject",
                "stages",
                "certificaten",
                "vaardigheden",
                "wensen",
                "mogelijkheden",
                "ondersteuningsvraag",
                "contactpersonen",
            ],
            Self::Profile | Self::TooMuch => {
                &["persoon", "contact", "school", "profiel", "uitstroom", "ondersteuningswens"]
            }
            Self::Removal => &["persoon", "school", "verwijdering"],
        }
    }
}

/// What a person, or a parent, says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Instemming with the request.
    Agrees,
    /// Toestemming for the profile.
    Consents,
    /// Bezwaar.
    Objects(What),
    /// Beperking.
    Restricts(What),
}

impl Wish {
    pub(super) const fn about(self) -> What {
        match self {
            Self::Agrees => What::Request,
            Self::Consents => What::Profile,
            Self::Objects(what) | Self::Restricts(what) => what,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Person,
    Parent,
}

/// Until when it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Withdrawn,
    InThreeDays,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Yes,
    No,
}

/// One step of a run. What a step makes is called by a number, so that the steps of a shorter run mean the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Declare(u8, Person, By, Wish, Until),
    TakeBackWish(u8),
    /// With the request on whose answer it rests.
    Send(u8, What, Person, Option<u8>),
    /// A declaration or message is handed in once more, to the letter.
    Repeat(u8),
    Answer(u8, Outcome),
    Pull(u8, Party),
    /// The copy for the person, which the sender hands over.
    Copy(u8, Party),
    Acknowledge(u8, Party),
    TakeBack(u8, Party),
    Block(Party),
    Unblock(Party),
    RevokeKey(Party),
    PublishKey(Party),
    /// So many minutes pass.
    Pass(i64),
    /// The clock is set two seconds back.
    SetBack,
    /// The clock is weeks ahead for a moment.
    Ahead,
    Restart,
    /// A second gateway on the same database; from here on the calls go to both in turn.
    Second,
}

/// What the promises say of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Done,
    /// With the reason, to whom it concerns.
    Refused,
    /// As if it were not there.
    Hidden,
    /// The caller is blocked.
    Shut,
}
