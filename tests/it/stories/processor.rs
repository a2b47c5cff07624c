//! Mind at Work works for the municipality (route R10): it guides, and it cannot decide (Participatiewet 7 lid 4).

use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::json;
use sluis::{
    domain::{clock::Clock as _, party::Role},
    exchange::operate::OperateError,
    store::write::{Ground, MunicipalityOf},
};

use super::{
    evidence::own_entries,
    steps::{agree, answer, ask, born, collect, hand_over, items, join, provisions, request_for, send},
};
use crate::support::{Gateway, declaration, on_each_backend};

const BY_PROCESSOR: &str = "routes.antwoord-verwerker";
const NOT_THERE: &str = "routes.antwoorden-woonplaats";

#[tokio::test(flavor = "multi_thread")]
async fn a_processor_cannot_decide_that_support_continues() {
    on_each_backend(a_processor).await;
}

async fn a_processor(gateway: &Gateway) {
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let name = "Mind at Work";
    let processor = join(gateway, name, "00000099000090020000", Role::Verwerker, &["0361"]).await;
    processor.publish().await.expect_status(StatusCode::CREATED);
    let toby = born(gateway, "L-2031", "2007-11-03");
    agree(gateway, &school, &toby, "persoon").await;
    let request = ask(gateway, &school, &toby).await.expect_status(StatusCode::CREATED).text("/id");

    for outcome in ["ja", "nee"] {
        let refused = answer(&processor, &request, outcome).await;
        refused.expect_problem(403, BY_PROCESSOR);
        assert_eq!(provisions(&refused, BY_PROCESSOR), ["pw:7:4"]);
    }
    hand_over(gateway, &school, &toby, &request).await.expect_problem(403, "overgangsdocument.voortzetting");
    answer(&college, &request, "ja").await.expect_status(StatusCode::OK);
    let packet = hand_over(gateway, &school, &toby, &request).await;
    let packet = packet.expect_status(StatusCode::CREATED).text("/id");

    // What is for the college is not for who works for it, and no basis names a processor as recipient.
    collect(&processor, &packet).await.expect_status(StatusCode::NOT_FOUND);
    assert!(items(&processor, "/v1/inbox").await.is_empty());
    let mut direct = request_for(gateway, &toby);
    direct["recipients"] = json!([{ "oin": processor.party.oin.as_str(), "role": "verwerker" }]);
    send(&school, "/v1/requests", &direct).await.expect_problem(403, "no-basis");

    // Nor does it ask, send or record what a young person wants.
    send(&processor, "/v1/requests", &request_for(gateway, &toby)).await.expect_problem(403, "not-this-role");
    let now = gateway.clock.now();
    let wish = declaration("instemming", "verzoek-voortzetting", &toby, "persoon", Role::WerkEnInkomen, now);
    processor.post("/v1/declarations", &wish).await.expect_problem(403, "not-this-role");

    // A blocked party neither acts nor receives, whatever it could before.
    gateway.running.exchange.block_party(processor.party, true, None).await.unwrap();
    processor.get("/v1/inbox").await.expect_status(StatusCode::FORBIDDEN);
}

/// The mandate ends, access ends: an organisation that acts for a college receives for it until that day.
#[tokio::test(flavor = "multi_thread")]
async fn when_the_delegation_ends_so_does_what_waits() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let zaffier = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    agree(&gateway, &school, &toby, "persoon").await;
    let request = ask(&gateway, &school, &toby).await.expect_status(StatusCode::CREATED).text("/id");
    collect(&zaffier, &request).await.expect_status(StatusCode::OK);

    gateway.pass(1.minutes());
    // For another college it still acts; not for that of Alkmaar, where Toby lives.
    let exchange = &gateway.running.exchange;
    let alkmaar = || "0361".parse().unwrap();
    exchange.end_municipality(zaffier.party, alkmaar(), gateway.clock.now()).await.unwrap();
    let again = exchange.end_municipality(zaffier.party, alkmaar(), gateway.clock.now()).await;
    assert!(matches!(again, Err(OperateError::NotFound)), "it ended already");
    collect(&zaffier, &request).await.expect_problem(403, "guards.woonplaats");
    for outcome in ["ja", "nee"] {
        let refused = answer(&zaffier, &request, outcome).await;
        refused.expect_problem(403, NOT_THERE);
        assert_eq!(provisions(&refused, NOT_THERE), ["wvo2020:2.31b:2"]);
    }
    ask(&gateway, &school, &toby).await.expect_problem(400, "unknown-recipient");
    hand_over(&gateway, &school, &toby, &request).await.expect_status(StatusCode::BAD_REQUEST);
    let ended = own_entries(&gateway, &zaffier).await.into_iter().flat_map(|entry| entry.parts);
    // What was asked of the college names its municipality too; the end is about the party itself.
    let ended =
        ended.filter_map(|(_, part)| part.filter(|part| part.packet.is_none() && part.recipient.is_none()));
    let ended: Vec<_> = ended.filter_map(|part| part.municipality).collect();
    assert_eq!(ended, [alkmaar()], "the end is an entry that the party reads, and there is one");

    // Registered anew, it collects and answers again.
    let place = MunicipalityOf {
        municipality: alkmaar(),
        ground: Ground::Mandaat,
        decision: Some("Besluit 2027-004".to_owned()),
        from: gateway.clock.now(),
        until: None,
    };
    exchange.add_municipality(zaffier.party, place.clone()).await.unwrap();
    let twice = exchange.add_municipality(zaffier.party, place).await;
    assert!(matches!(twice, Err(OperateError::Taken)));
    collect(&zaffier, &request).await.expect_status(StatusCode::OK);
    answer(&zaffier, &request, "ja").await.expect_status(StatusCode::OK);
    gateway.stop().await;
}
