//! Many packets lapse in the same minute, and those who send meanwhile notice nothing of it.
//!
//! `SLUIS_LAPSING=10000 cargo test --release --test it stories::lapsing` lets as many lapse instead of some batches.

use futures_util::future::join_all;
use http::StatusCode;
use jiff::ToSpan as _;
use sluis::domain::{clock::Clock as _, party::Role};
use sqlx::{AnyPool, Row as _};

use super::steps::{GUIDANCE, declare, send};
use crate::support::{Gateway, declaration, left_school, submission};

/// Ten batches of the clock's worker.
const SOME: usize = 2_560;

/// As many call at the same time.
const CALLERS: usize = 64;

#[expect(clippy::disallowed_methods, reason = "a test is no gateway: it may be told how many")]
fn many() -> usize {
    std::env::var("SLUIS_LAPSING").map_or(SOME, |many| many.parse().expect("SLUIS_LAPSING is a number"))
}

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
    let rounds = many().div_ceil(CALLERS);
    let many = i64::try_from(rounds * CALLERS).unwrap();
    for _ in 0..rounds {
        let answers = join_all((0..CALLERS).map(|_| send(&school, "/v1/packets", &body))).await;
        for answer in answers {
            answer.expect_status(StatusCode::CREATED);
        }
    }
    // They are warned of half-way, and that is done when their end comes.
    gateway.pass(8.days());
    gateway.pass(2.hours());
    gateway.running.exchange.do_what_is_due().await.unwrap();
    let to_end = "SELECT COUNT(*) FROM term WHERE stage = 'end'";
    assert_eq!(count(&pool, to_end).await, many + 1);
    gateway.pass(6.days());
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
    // The gateway's own worker may have done some of it.
    assert!(sweep.await.unwrap().unwrap() > 0);
    println!("{many} packets ended in {:?}, {} pushes meanwhile", began.elapsed(), pushed.len());
    let within = pushed.iter().filter(|index| **index < size + many).count();
    assert!(within > 0, "nobody sent anything while they ended");

    assert_eq!(count(&pool, "SELECT COUNT(*) FROM message WHERE state = 'expired'").await, many + 1);
    let left = "SELECT COUNT(*) FROM copy r JOIN message m ON m.id = r.message_id WHERE m.state <> 'open' AND r.jwe IS NOT NULL";
    assert_eq!(count(&pool, left).await, 0);
    let transactions = count(&pool, "SELECT COUNT(*) FROM checkpoint").await - transactions;
    let sent = i64::try_from(pushed.len()).unwrap();
    println!("{transactions} transactions");
    assert!(transactions - sent < many / 50, "{transactions} transactions, {sent} pushes");
    pool.close().await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lapses_in_one_minute_ends_together_while_pushes_go_on_on_sqlite() {
    plays_on(Gateway::start().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lapses_in_one_minute_ends_together_while_pushes_go_on_on_postgresql() {
    let Some(gateway) = Gateway::start_on_postgres().await else { return };
    plays_on(gateway).await;
}
