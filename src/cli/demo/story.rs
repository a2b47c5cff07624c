//! Toby's handover, step by step. What is refused is refused by the law, and the answer says which article.

use serde_json::{Value, json};

use super::{
    narrator::{Expected, Narrated, Narrator},
    people::{self, Days},
    public_log,
    setup::Stage,
};
use crate::cli::{Context, Failure, client::gateway::Call};

/// Plays the whole story.
pub(super) async fn play(stage: &Stage, narrator: &mut Narrator, at: &mut Context) -> Result<(), Failure> {
    let days = Days::of(at.clock.now());
    at.out.say(stage.cast())?;
    let request = ask(stage, narrator, at, days).await?;
    let packet = hand_over(stage, narrator, at, days, &request).await?;
    collect(stage, narrator, at, &packet).await?;
    change_of_mind(stage, narrator, at, days).await?;
    account(stage, narrator, at, &packet).await?;
    public_log::check(stage, narrator, at).await
}

/// The request to go on supporting Toby: not without his agreement.
async fn ask(
    stage: &Stage,
    narrator: &mut Narrator,
    at: &mut Context,
    days: Days,
) -> Result<String, Failure> {
    let person = people::toby(days);
    let body = json!({
        "dataset": "verzoek-voortzetting",
        "purpose": "voortzetting-ondersteuning",
        "recipients": [{ "municipality": "0361", "role": "werk-en-inkomen" }],
        "person": person,
        "content": people::content(&stage.catalogue, "verzoek-voortzetting", &person, days)?,
    });
    let told = Narrated {
        nl: "De school vraagt Zaffier om Toby te blijven steunen, zonder dat Toby heeft ingestemd.",
        en: "The school asks Zaffier to go on supporting Toby, without Toby's agreement.",
        expected: Expected::Refused(403, "verzoek-voortzetting.instemming-volwassene"),
    };
    let call = Call::post("/v1/requests", &body)?.idempotent("toby-verzoek-eerste-keer");
    narrator.step(at, &stage.school, told, "POST /v1/requests", call).await?;

    let told = Narrated {
        nl: "Toby, 18 jaar, stemt zelf in met het verzoek. De school legt dat vast.",
        en: "Toby, aged 18, agrees with the request himself. The school records it.",
        expected: Expected::Done,
    };
    let declaration = people::declaration(
        "instemming",
        "verzoek-voortzetting",
        "voortzetting-ondersteuning",
        &person,
        days,
    );
    let call = Call::post("/v1/declarations", &declaration)?;
    narrator.step(at, &stage.school, told, "POST /v1/declarations", call).await?;

    let told = Narrated {
        nl: "De school vraagt het opnieuw.",
        en: "The school asks again.",
        expected: Expected::Done,
    };
    let call = Call::post("/v1/requests", &body)?.idempotent("toby-verzoek-tweede-keer");
    let answer = narrator.json(at, &stage.school, told, "POST /v1/requests", call).await?;
    text(&answer, "/id")
}

/// The overgangsdocument: not before the college has answered.
async fn hand_over(
    stage: &Stage,
    narrator: &mut Narrator,
    at: &mut Context,
    days: Days,
    request: &str,
) -> Result<String, Failure> {
    let person = people::toby(days);
    let body = json!({
        "dataset": "overgangsdocument",
        "purpose": "voortzetting-ondersteuning",
        "recipients": [{ "municipality": "0361", "role": "werk-en-inkomen" }],
        "copyForPerson": true,
        "person": person,
        "request": request,
        "content": people::content(&stage.catalogue, "overgangsdocument", &person, days)?,
    });
    let told = Narrated {
        nl: "De school stuurt het overgangsdocument, maar de gemeente heeft nog niet geantwoord.",
        en: "The school pushes the overgangsdocument, but the municipality has not answered yet.",
        expected: Expected::Refused(403, "overgangsdocument.voortzetting"),
    };
    let call = Call::post("/v1/packets", &body)?.idempotent("toby-document-eerste-keer");
    narrator.step(at, &stage.school, told, "POST /v1/packets", call).await?;

    let told = Narrated {
        nl: "Zaffier ziet het verzoek in zijn postvak, haalt het op en opent het met de eigen sleutel.",
        en: "Zaffier sees the request in its inbox, pulls it and opens it with its own key.",
        expected: Expected::Done,
    };
    let call = Call::get(format!("/v1/packets/{request}/payload")).accepting("application/jose");
    if let Some(answer) =
        narrator.step(at, &stage.zaffier, told, "GET /v1/packets/{id}/payload", call).await?
    {
        stage.zaffier.open_and_keep(request, &answer, "verzoek")?;
    }

    let told = Narrated {
        nl: "Zaffier antwoordt namens het college van Alkmaar: ja, wij zetten de ondersteuning voort.",
        en: "Zaffier answers for the college of Alkmaar: yes, we continue the support.",
        expected: Expected::Done,
    };
    let call = Call::post(format!("/v1/requests/{request}/answer"), &json!({ "outcome": "ja" }))?;
    narrator.step(at, &stage.zaffier, told, "POST /v1/requests/{id}/answer", call).await?;

    let told = Narrated {
        nl: "Nu moet de school het overgangsdocument geven. De gateway verzegelt het voor Zaffier, en een afschrift voor Toby.",
        en: "Now the school must give the overgangsdocument. The gateway seals it for Zaffier, and a copy for Toby.",
        expected: Expected::Done,
    };
    let call = Call::post("/v1/packets", &body)?.idempotent("toby-document-tweede-keer");
    let answer = narrator.json(at, &stage.school, told, "POST /v1/packets", call).await?;
    stage.school.keep_json("overgangsdocument-ontvangstbewijs.json", &answer)?;
    text(&answer, "/id")
}

/// Who may collect, and who may not.
async fn collect(
    stage: &Stage,
    narrator: &mut Narrator,
    at: &mut Context,
    packet: &str,
) -> Result<(), Failure> {
    let payload = || Call::get(format!("/v1/packets/{packet}/payload")).accepting("application/jose");
    let told = Narrated {
        nl: "Het Doorstroompunt van dezelfde gemeente probeert het pakket op te halen. Voor hem bestaat het niet.",
        en: "The Doorstroompunt of the same municipality tries to pull the packet. To it, there is none.",
        expected: Expected::Refused(404, ""),
    };
    narrator.step(at, &stage.doorstroompunt, told, "GET /v1/packets/{id}/payload", payload()).await?;

    let told = Narrated {
        nl: "Zaffier haalt het pakket op en opent het.",
        en: "Zaffier pulls the packet and opens it.",
        expected: Expected::Done,
    };
    if let Some(answer) =
        narrator.step(at, &stage.zaffier, told, "GET /v1/packets/{id}/payload", payload()).await?
    {
        stage.zaffier.open_and_keep(packet, &answer, "overgangsdocument")?;
    }

    let told = Narrated {
        nl: "Zaffier bevestigt de ontvangst met het eigen zaaknummer. De gateway wist het verzegelde pakket.",
        en: "Zaffier acknowledges it with its own case number. The gateway erases the sealed packet.",
        expected: Expected::Done,
    };
    let body = json!({ "reference": "Z-2026-0117" });
    let call = Call::post(format!("/v1/packets/{packet}/acknowledgement"), &body)?;
    narrator.step(at, &stage.zaffier, told, "POST /v1/packets/{id}/acknowledgement", call).await?;

    let told = Narrated {
        nl: "De school haalt het afschrift voor Toby op en geeft het hem.",
        en: "The school pulls the copy for Toby and hands it to him.",
        expected: Expected::Done,
    };
    let call = Call::get(format!("/v1/packets/{packet}/copy")).accepting("application/jose");
    if let Some(answer) = narrator.step(at, &stage.school, told, "GET /v1/packets/{id}/copy", call).await? {
        stage.school.open_and_keep(packet, &answer, "afschrift-voor-toby")?;
    }
    Ok(())
}

/// Another pupil withdraws before anyone has collected.
async fn change_of_mind(
    stage: &Stage,
    narrator: &mut Narrator,
    at: &mut Context,
    days: Days,
) -> Result<(), Failure> {
    let person = people::noor(days);
    let told = Narrated {
        nl: "Noor, 17 jaar, geeft toestemming om haar uitstroomprofiel met Zaffier te delen.",
        en: "Noor, aged 17, consents to share her uitstroomprofiel with Zaffier.",
        expected: Expected::Done,
    };
    let declaration =
        people::declaration("toestemming", "uitstroomprofiel", "loopbaanbegeleiding", &person, days);
    let call = Call::post("/v1/declarations", &declaration)?;
    let consent = narrator.json(at, &stage.school, told, "POST /v1/declarations", call).await?;

    let told = Narrated {
        nl: "De school stuurt haar uitstroomprofiel, met haar leerplicht erbij. Dat deel mag Zaffier niet hebben.",
        en: "The school pushes her uitstroomprofiel, with her leerplicht. Zaffier may not have that part.",
        expected: Expected::Refused(400, "forbidden-category"),
    };
    let mut body = json!({
        "dataset": "uitstroomprofiel",
        "purpose": "loopbaanbegeleiding",
        "recipients": [{ "municipality": "0361", "role": "werk-en-inkomen" }],
        "person": person,
        "content": people::content(&stage.catalogue, "uitstroomprofiel", &person, days)?,
    });
    let call = Call::post("/v1/packets", &body)?.idempotent("noor-profiel-eerste-keer");
    narrator.step(at, &stage.school, told, "POST /v1/packets", call).await?;

    let told = Narrated {
        nl: "Zonder dat deel mag het. Het pakket wacht bij de gateway.",
        en: "Without that part it may. The packet waits at the gateway.",
        expected: Expected::Done,
    };
    if let Some(content) = body.get_mut("content").and_then(Value::as_object_mut) {
        content.remove("leerplicht");
    }
    let call = Call::post("/v1/packets", &body)?.idempotent("noor-profiel-tweede-keer");
    let pushed = narrator.json(at, &stage.school, told, "POST /v1/packets", call).await?;

    let told = Narrated {
        nl: "Noor bedenkt zich. De school legt vast dat zij haar toestemming intrekt.",
        en: "Noor changes her mind. The school records that she withdraws her consent.",
        expected: Expected::Done,
    };
    let path = format!("/v1/declarations/{}/withdrawal", text(&consent, "/id")?);
    let call = Call::post(path, &json!({ "by": "persoon" }))?;
    narrator.step(at, &stage.school, told, "POST /v1/declarations/{id}/withdrawal", call).await?;

    let told = Narrated {
        nl: "Zaffier wil het pakket ophalen. Het kan niet meer.",
        en: "Zaffier wants to pull the packet. It no longer can.",
        expected: Expected::Refused(410, ""),
    };
    let call =
        Call::get(format!("/v1/packets/{}/payload", text(&pushed, "/id")?)).accepting("application/jose");
    narrator.step(at, &stage.zaffier, told, "GET /v1/packets/{id}/payload", call).await?;
    Ok(())
}

/// The school's own account: the attempt of the Doorstroompunt stands there.
async fn account(
    stage: &Stage,
    narrator: &mut Narrator,
    at: &mut Context,
    packet: &str,
) -> Result<(), Failure> {
    let told = Narrated {
        nl: "De privacy officer van de school leest het logboek: wie, wat, waarom, ook wat geweigerd is.",
        en: "The school's privacy officer reads the log: who, what, why, and what was refused.",
        expected: Expected::Done,
    };
    let call = Call::get("/v1/entries").with("limit", &500);
    let entries = narrator.json(at, &stage.school, told, "GET /v1/entries", call).await?;
    stage.school.keep_json("logboek.json", &entries)?;
    let told = Narrated {
        nl: "De poging van het Doorstroompunt staat erin.",
        en: "The attempt of the Doorstroompunt stands there.",
        expected: Expected::Done,
    };
    let attempt =
        format!("\"caller\":{{\"oin\":\"{}\",\"role\":\"doorstroompunt\"}}", stage.doorstroompunt.party.oin);
    let seen = bodies(&entries).any(|body| {
        body.contains(&attempt) && body.contains("\"outcome\":\"refused\"") && body.contains(packet)
    });
    narrator.saw(at, &stage.school.name, told, "logboek.json", seen)
}

fn bodies(entries: &Value) -> impl Iterator<Item = &str> {
    let items = entries.get("items").and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| item.get("parts")?.as_array())
        .flatten()
        .filter_map(|part| part.get("body")?.as_str())
}

fn text(answer: &Value, pointer: &str) -> Result<String, Failure> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| {
        Failure::internal((
            "in het antwoord van de gateway mist een deel van het verhaal",
            "the gateway's answer lacks a member of the story",
        ))
    })
}
