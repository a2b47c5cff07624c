//! Frames of HTTP/2 that carry nothing, and requests that end before they begin.

use std::{sync::Arc, time::Duration};

use axum::{Router, routing::post};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, split},
    time::timeout,
};

use super::support::{PATIENCE, Site};

fn frame(kind: u8, flags: u8, stream: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    let mut bytes = vec![0, 0, length, kind, flags, 0, 0, 0, stream];
    bytes.extend(content);
    bytes
}

/// The kinds of the frames in what came back.
fn kinds(mut bytes: &[u8]) -> Vec<u8> {
    let mut kinds = Vec::new();
    while let [a, b, c, kind, _, _, _, _, _, rest @ ..] = bytes {
        kinds.push(*kind);
        let length = u32::from_be_bytes([0, *a, *b, *c]);
        bytes = rest.get(usize::try_from(length).unwrap()..).unwrap_or_default();
    }
    kinds
}

/// Without a certificate, and before any request: the connection hears GOAWAY and ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_control_frames_ends_in_goaway() {
    let site = Site::start(Router::new().route("/who", post(|| async { "someone" }))).await;
    for (name, one) in [
        ("SETTINGS", frame(4, 0, 0, b"")),
        ("PING", frame(6, 0, 0, b"12345678")),
        ("PING that answers", frame(6, 1, 0, b"12345678")),
        ("WINDOW_UPDATE", frame(8, 0, 0, &[0, 0, 0, 1])),
        ("PRIORITY", frame(2, 0, 1, &[0, 0, 0, 3, 1])),
        ("an unknown kind", frame(0xfa, 0, 0, b"x")),
    ] {
        let many = one.repeat(1000);
        ends_in_goaway(&site, name, Vec::new(), |_| many.clone()).await;
    }
    serves_others(&site).await;
}

/// The head of a request for `/who`, without a table of names: every field stands in the frame (RFC 7541, section 6.2.2).
fn request() -> Vec<u8> {
    let literal = |name: &[u8], value: &[u8]| {
        let length = |text: &[u8]| u8::try_from(text.len()).unwrap();
        [&[0, length(name)], name, &[length(value)], value].concat()
    };
    let fields: [(&[u8], &[u8]); 4] =
        [(b":method", b"POST"), (b":scheme", b"https"), (b":authority", b"localhost"), (b":path", b"/who")];
    fields.iter().flat_map(|(name, value)| literal(name, value)).collect()
}

/// Streams of a client have odd numbers; the frame is that of `frame` with a number of any size.
fn on(stream: u32, mut frame: Vec<u8>) -> Vec<u8> {
    frame[5..9].copy_from_slice(&stream.to_be_bytes());
    frame
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// Requests that are taken back at once (CVE-2023-44487), heads that do not end (CVE-2024-27316 and its kin), content that
/// is empty (CVE-2019-9518): work for the gateway that no quota of requests counts.
#[tokio::test(flavor = "multi_thread")]
async fn requests_that_never_come_to_an_end_are_ended_by_goaway() {
    let site = Site::start(Router::new().route("/who", post(|body: String| async move { body }))).await;
    let opened = |stream: u32, flags: u8| on(stream, frame(HEADERS, flags, 0, &request()));
    // A hundred streams at a time; their numbers rise.
    let streams = |round: u32| (0..100_u32).map(move |number| (round * 100 + number) * 2 + 1);
    let cancel = [0, 0, 0, 8];
    ends_in_goaway(&site, "rapid reset", Vec::new(), |round| {
        let reset = |stream| {
            [opened(stream, END_STREAM | END_HEADERS), on(stream, frame(RST_STREAM, 0, 0, &cancel))].concat()
        };
        streams(round).flat_map(reset).collect()
    })
    .await;
    ends_in_goaway(&site, "rapid reset before the content", Vec::new(), |round| {
        let reset =
            |stream| [opened(stream, END_HEADERS), on(stream, frame(RST_STREAM, 0, 0, &cancel))].concat();
        streams(round).flat_map(reset).collect()
    })
    .await;
    let filler = vec![b'x'; 120];
    let field = [&[0, 1, b'n', 120], filler.as_slice()].concat();
    for (name, content) in [("CONTINUATION", field), ("empty CONTINUATION", Vec::new())] {
        let many = frame(CONTINUATION, 0, 1, &content).repeat(1000);
        ends_in_goaway(&site, name, opened(1, 0), |_| many.clone()).await;
    }
    let many = frame(DATA, 0, 1, b"").repeat(1000);
    ends_in_goaway(&site, "empty DATA", opened(1, END_HEADERS), |_| many.clone()).await;
    let padded = frame(DATA, 8, 1, &[0]).repeat(1000);
    ends_in_goaway(&site, "empty DATA, padded", opened(1, END_HEADERS), |_| padded.clone()).await;
    serves_others(&site).await;
}

/// Sends the beginning, then one round after the other for as long as they are taken; expects GOAWAY before the end.
async fn ends_in_goaway(site: &Site, name: &str, first: Vec<u8>, mut round: impl FnMut(u32) -> Vec<u8>) {
    let mut config = site.pki.client_config(false);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let raw = site.raw_with(Arc::new(config)).await.unwrap();
    let (mut reader, mut writer) = split(raw.stream);
    let flood = async {
        let begin = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(4, 0, 0, b""), first].concat();
        writer.write_all(&begin).await.unwrap();
        let mut number = 0;
        // The gateway reads no more at some point, and then cuts: then this ends too.
        while writer.write_all(&round(number)).await.is_ok() && writer.flush().await.is_ok() {
            number += 1;
        }
    };
    let heard = async {
        let mut bytes = Vec::new();
        // An abrupt end is an end too.
        drop(reader.read_to_end(&mut bytes).await);
        bytes
    };
    let (bytes, ()) = timeout(PATIENCE, async { tokio::join!(heard, flood) }).await.expect(name);
    assert!(kinds(&bytes).contains(&GOAWAY), "{name}: {} bytes, {:?}", bytes.len(), kinds(&bytes));
}

async fn serves_others(site: &Site) {
    let answer = site.caller().post(site.url("/who")).timeout(Duration::from_secs(10)).send().await.unwrap();
    assert_eq!(answer.status(), 200, "others are served");
}
