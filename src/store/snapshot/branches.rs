//! From where the statement has each kind of row.

use super::kinds::{
    COPY_NUMBERS, COPY_SEALS, COPY_TEXTS, DECISION_NUMBERS, DECISION_SEALS, DECISION_TEXTS,
    DECLARATION_NUMBERS, DECLARATION_SEALS, DECLARATION_TEXTS, MADE_BYTES, MADE_TEXTS, MESSAGE_NUMBERS,
    MESSAGE_SEALS, MESSAGE_TEXTS, NUMBERS, PSEUDONYM_BYTES, PSEUDONYM_NUMBERS, PSEUDONYM_TEXTS,
    SUBJECT_NUMBERS, SUBJECT_SEALS, SUBJECT_TEXTS, TEXTS, kind,
};

/// A kind of row, from one way that leads to it.
pub(super) struct Branch {
    kind: i64,
    slot: &'static str,
    texts: &'static [&'static str],
    numbers: &'static [&'static str],
    bytes: &'static str,
    /// The seal of the row, and that of what is joined to it.
    seals: [&'static str; 2],
    from: &'static str,
}

const NONE: [&str; 2] = ["", ""];

/// A join without choice: what is looked for comes first, and each table is found by its index. The message that
/// rests on comes with it.
pub(super) const BRANCHES: &[Branch] = &[
    Branch {
        kind: kind::HEAD,
        slot: "-1",
        texts: &[],
        numbers: &["h.size", "h.register", "h.last_time"],
        bytes: "",
        seals: NONE,
        from: "log_head h WHERE h.id = 1",
    },
    Branch {
        kind: kind::MADE,
        slot: "w.slot",
        texts: MADE_TEXTS,
        numbers: &[],
        bytes: MADE_BYTES,
        seals: ["i.seal", ""],
        from: "w CROSS JOIN idempotency i WHERE w.look = 'key' AND i.oin = w.a AND i.role = w.b AND i.key = w.c",
    },
    Branch {
        kind: kind::PERSON,
        slot: "w.slot",
        texts: PSEUDONYM_TEXTS,
        numbers: PSEUDONYM_NUMBERS,
        bytes: PSEUDONYM_BYTES,
        seals: ["s.seal", ""],
        from: "w CROSS JOIN pseudonym s WHERE w.look = 'pseudonym' AND s.key_version = w.n AND s.pseudonym = w.d",
    },
    Branch {
        kind: kind::MESSAGE,
        slot: "w.slot",
        texts: MESSAGE_TEXTS,
        numbers: MESSAGE_NUMBERS,
        bytes: "p.header",
        seals: MESSAGE_SEALS,
        from: "w CROSS JOIN message p WHERE w.look = 'message' AND p.id = w.a AND p.expires IS NOT NULL",
    },
    Branch {
        kind: kind::MESSAGE,
        slot: "w.slot",
        texts: MESSAGE_TEXTS,
        numbers: MESSAGE_NUMBERS,
        bytes: "p.header",
        seals: MESSAGE_SEALS,
        from: "w CROSS JOIN message o CROSS JOIN message p WHERE w.look = 'message' AND o.id = w.a AND p.id IN (o.rests_on, o.reply_to)",
    },
    Branch {
        kind: kind::COPY,
        slot: "w.slot",
        texts: COPY_TEXTS,
        numbers: COPY_NUMBERS,
        bytes: "",
        seals: COPY_SEALS,
        from: "w CROSS JOIN copy r \
               LEFT JOIN message a ON a.reply_to = r.message_id AND a.sender_oin = r.oin AND a.sender_role = r.role \
               WHERE w.look = 'message' AND r.message_id = w.a",
    },
    Branch {
        kind: kind::COPY,
        slot: "w.slot",
        texts: COPY_TEXTS,
        numbers: COPY_NUMBERS,
        bytes: "",
        seals: COPY_SEALS,
        from: "w CROSS JOIN message o CROSS JOIN copy r \
               LEFT JOIN message a ON a.reply_to = r.message_id AND a.sender_oin = r.oin AND a.sender_role = r.role \
               WHERE w.look = 'message' AND o.id = w.a AND r.message_id IN (o.rests_on, o.reply_to)",
    },
    Branch {
        kind: kind::SUBJECT,
        slot: "w.slot",
        texts: SUBJECT_TEXTS,
        numbers: SUBJECT_NUMBERS,
        bytes: "",
        seals: SUBJECT_SEALS,
        from: "w CROSS JOIN pseudonym o LEFT JOIN subject_change c ON c.subject = 'person:' || o.person_id \
               WHERE w.look = 'pseudonym' AND o.key_version = w.n AND o.pseudonym = w.d",
    },
    Branch {
        kind: kind::SUBJECT,
        slot: "w.slot",
        texts: SUBJECT_TEXTS,
        numbers: SUBJECT_NUMBERS,
        bytes: "",
        seals: SUBJECT_SEALS,
        from: "w CROSS JOIN message o LEFT JOIN subject_change c ON c.subject = 'person:' || o.person_id \
               WHERE w.look = 'message' AND o.id = w.a",
    },
    Branch {
        kind: kind::WISH,
        slot: "w.slot",
        texts: DECLARATION_TEXTS,
        numbers: DECLARATION_NUMBERS,
        bytes: "d.facts",
        seals: DECLARATION_SEALS,
        from: "w CROSS JOIN pseudonym s CROSS JOIN declaration d WHERE w.look = 'pseudonym' AND s.key_version = w.n AND s.pseudonym = w.d \
               AND d.person_id = s.person_id",
    },
    Branch {
        kind: kind::WISH,
        slot: "w.slot",
        texts: DECLARATION_TEXTS,
        numbers: DECLARATION_NUMBERS,
        bytes: "d.facts",
        seals: DECLARATION_SEALS,
        from: "w CROSS JOIN message o CROSS JOIN declaration d WHERE w.look = 'message' AND o.id = w.a \
               AND d.person_id = o.person_id",
    },
    Branch {
        kind: kind::DECISION,
        slot: "w.slot",
        texts: DECISION_TEXTS,
        numbers: DECISION_NUMBERS,
        bytes: "",
        seals: DECISION_SEALS,
        from: "w CROSS JOIN pseudonym s CROSS JOIN declaration d CROSS JOIN declaration_decision e \
               WHERE w.look = 'pseudonym' AND s.key_version = w.n AND s.pseudonym = w.d AND d.person_id = s.person_id AND e.declaration_id = d.id",
    },
    Branch {
        kind: kind::DECISION,
        slot: "w.slot",
        texts: DECISION_TEXTS,
        numbers: DECISION_NUMBERS,
        bytes: "",
        seals: DECISION_SEALS,
        from: "w CROSS JOIN message o CROSS JOIN declaration d CROSS JOIN declaration_decision e \
               WHERE w.look = 'message' AND o.id = w.a AND d.person_id = o.person_id AND e.declaration_id = d.id",
    },
    Branch {
        kind: kind::DECISION,
        slot: "w.slot",
        texts: DECISION_TEXTS,
        numbers: DECISION_NUMBERS,
        bytes: "",
        seals: DECISION_SEALS,
        from: "w CROSS JOIN declaration_decision e WHERE w.look = 'declaration' AND e.declaration_id = w.a",
    },
    Branch {
        kind: kind::DECLARATION,
        slot: "w.slot",
        texts: DECLARATION_TEXTS,
        numbers: DECLARATION_NUMBERS,
        bytes: "d.facts",
        seals: DECLARATION_SEALS,
        from: "w CROSS JOIN declaration d WHERE w.look = 'declaration' AND d.id = w.a",
    },
];

impl Branch {
    /// Both databases want the same types in every branch; only PostgreSQL asks for the type of a NULL, and it calls bytes
    /// otherwise.
    pub(super) fn text(&self, bytes: &str) -> String {
        let columns = |own: &[&str], all: usize, null: &str| -> Vec<String> {
            let own = own.iter().map(|column| (*column).to_owned());
            own.chain(std::iter::repeat(null.to_owned())).take(all).collect()
        };
        let mut all = vec![self.slot.to_owned(), self.kind.to_string()];
        all.extend(columns(self.texts, TEXTS, "CAST(NULL AS TEXT)"));
        all.extend(columns(self.numbers, NUMBERS, "CAST(NULL AS BIGINT)"));
        let or_null = |column: &str| {
            if column.is_empty() { format!("CAST(NULL AS {bytes})") } else { column.to_owned() }
        };
        let [own, joined] = self.seals;
        all.extend([self.bytes, own, joined].map(or_null));
        format!("SELECT {} FROM {}", all.join(", "), self.from)
    }
}
