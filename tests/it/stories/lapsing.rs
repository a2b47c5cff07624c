//! Ten thousand packets lapse in the same minute, and those who send meanwhile notice nothing of it.

use http::StatusCode;
use jiff::{SignedDuration, ToSpan as _};
use sluis::domain::{clock::Clock as _, party::Role};
use sqlx::{AnyPool, Row as _};

use super::steps::{GUIDANCE, declare, send};
use crate::support::{Gateway, declaration, left_school, submission};

const MANY: i64 = 10_000;

/// As many packets as one that was pushed, which differ from it by their names alone: what is counted here are transactions.
macro_rules! copies {
    ($many:literal, $id:literal) => {
        [
            concat!($many, " INSERT INTO message SELECT ", $id, ", kind, dataset, dataset_version, purpose, sender_oin, \
                sender_role, person_id, rests_on, reply_to, outcome, created, created_index, expires, header, state, \
                ended_index FROM n CROSS JOIN message"),
            concat!($many, " INSERT INTO copy SELECT ", $id, ", oin, role, position, municipality, basis, categories, omitted, \
                jwe, jwe_sha256, thumbprint, state, pushed_index, collected_at, collected_index, acknowledged_at, \
                acknowledged_index, ended_index, recipient_person_id FROM n CROSS JOIN copy"),
            concat!($many, " INSERT INTO term SELECT 'message:' || ", $id, ", 'end', due + $2, kept_for FROM n CROSS JOIN term \
                WHERE subject LIKE 'message:%'"),
        ]
    };
}
const SQLITE: [&str; 3] = copies!(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)",
    "'01990000-0000-7000-8000-' || printf('%012d', i)"
);
const POSTGRES: [&str; 3] = copies!(
    "WITH n(i) AS (SELECT generate_series(1, $1))",
    "'01990000-0000-7000-8000-' || lpad(i::text, 12, '0')"
);

async fn count(pool: &AnyPool, statement: &'static str) -> i64 {
    sqlx::query(statement).fetch_one(pool).await.unwrap().get(0)
}

async fn plays_on(gateway: Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    gateway.party(Role::WerkEnInkomen).await;
    let pupil = left_school("L-10000", 17, gateway.clock.now());
    let now = gateway.clock.now();
    let wish = declaration("toestemming", "uitstroomprofiel", &pupil, "persoon", Role::WerkEnInkomen, now);
    declare(&school, &wish).await;
    let mut body = submission(&gateway, "uitstroomprofiel", GUIDANCE, &pupil, Role::WerkEnInkomen);
    body["content"].as_object_mut().unwrap().remove("leerplicht");
    send(&school, "/v1/packets", &body).await.expect_status(StatusCode::CREATED);

    let url = gateway.laid.config.database.connect_url().unwrap();
    let pool = AnyPool::connect(&url).await.unwrap();
    // From the warning half-way to an hour after the end.
    let later = i64::try_from(SignedDuration::from_hours(7 * 24 + 1).as_millis()).unwrap();
    let statements = if url.starts_with("sqlite:") { SQLITE } else { POSTGRES };
    for (at, statement) in statements.into_iter().enumerate() {
        let statement = sqlx::query(statement).bind(MANY);
        let statement = if at == 2 { statement.bind(later) } else { statement };
        statement.execute(&pool).await.unwrap();
    }
    gateway.pass(14.days());
    gateway.pass(2.hours());

    let transactions = count(&pool, "SELECT COUNT(*) FROM checkpoint").await;
    let exchange = std::sync::Arc::clone(&gateway.running.exchange);
    let size = count(&pool, "SELECT size FROM log_head").await;
    let began = std::time::Instant::now();
    let sweep = tokio::spawn(async move { exchange.do_what_is_due().await });
    let mut pushed = Vec::new();
    while !sweep.is_finished() {
        let answer = send(&school, "/v1/packets", &body).await;
        let answer = answer.expect_status(StatusCode::CREATED).json();
        pushed.push(answer["recipients"][0]["logIndex"].as_i64().unwrap());
    }
    assert_eq!(
        sweep.await.unwrap().unwrap(),
        usize::try_from(MANY).unwrap() + 2,
        "one was warned of as well"
    );
    println!("{MANY} packets ended in {:?}, {} pushes meanwhile", began.elapsed(), pushed.len());
    let within = pushed.iter().filter(|index| **index < size + MANY).count();
    assert!(within > 0, "nobody sent anything while they ended");

    assert_eq!(count(&pool, "SELECT COUNT(*) FROM message WHERE state = 'expired'").await, MANY + 1);
    let left = "SELECT COUNT(*) FROM copy r JOIN message m ON m.id = r.message_id WHERE m.state <> 'open' AND r.jwe IS NOT NULL";
    assert_eq!(count(&pool, left).await, 0);
    let transactions = count(&pool, "SELECT COUNT(*) FROM checkpoint").await - transactions;
    let sent = i64::try_from(pushed.len()).unwrap();
    println!("{transactions} transactions");
    assert!(transactions - sent < MANY / 50, "{transactions} transactions, {sent} pushes");
    pool.close().await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_packets_end_together_while_pushes_go_on_on_sqlite() {
    plays_on(Gateway::start().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_packets_end_together_while_pushes_go_on_on_postgresql() {
    let Some(gateway) = Gateway::start_on_postgres().await else { return };
    plays_on(gateway).await;
}
