//! Frames of HTTP/2 that carry nothing.

use std::{sync::Arc, time::Duration};

use axum::{Router, routing::get};
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
    const GOAWAY: u8 = 7;
    let site = Site::start(Router::new().route("/who", get(|| async { "someone" }))).await;
    let mut config = site.pki.client_config(false);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let config = Arc::new(config);
    for (name, one) in [
        ("SETTINGS", frame(4, 0, 0, b"")),
        ("PING", frame(6, 0, 0, b"12345678")),
        ("PING that answers", frame(6, 1, 0, b"12345678")),
        ("WINDOW_UPDATE", frame(8, 0, 0, &[0, 0, 0, 1])),
        ("PRIORITY", frame(2, 0, 1, &[0, 0, 0, 3, 1])),
        ("an unknown kind", frame(0xfa, 0, 0, b"x")),
    ] {
        let raw = site.raw_with(Arc::clone(&config)).await.unwrap();
        let (mut reader, mut writer) = split(raw.stream);
        let flood = async move {
            let begin = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(4, 0, 0, b"")].concat();
            writer.write_all(&begin).await.unwrap();
            // The gateway reads no more at some point, and then cuts: then this ends too.
            let many = one.repeat(1000);
            while writer.write_all(&many).await.is_ok() && writer.flush().await.is_ok() {}
        };
        let heard = async move {
            let mut bytes = Vec::new();
            // An abrupt end is an end too.
            drop(reader.read_to_end(&mut bytes).await);
            bytes
        };
        let (bytes, ()) = timeout(PATIENCE, async { tokio::join!(heard, flood) }).await.expect(name);
        assert!(kinds(&bytes).contains(&GOAWAY), "{name}: {} bytes", bytes.len());
    }
    let answer = site.caller().get(site.url("/who")).timeout(Duration::from_secs(10)).send().await.unwrap();
    assert_eq!(answer.status(), 200, "others are served");
}
