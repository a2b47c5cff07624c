//! COMMIT is answered badly or not at all: nobody claims what nobody knows.

use std::{
    borrow::Cow,
    error::Error,
    fmt,
    sync::{Arc, Mutex},
};

use sluis::{
    store::{
        OpenOptions, Store,
        write::Record,
        writer::{
            WriteError,
            fault::{FaultPoint, Injected, Step},
        },
    },
    telemetry::Format,
};
use sqlx::error::{DatabaseError, ErrorKind};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use super::support::{Place, Rig};
use crate::support::Lines;

/// What SQLite says, by its extended code.
#[derive(Debug, Clone, Copy)]
struct Code(&'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(code: {})", self.0)
    }
}

impl Error for Code {}

impl DatabaseError for Code {
    fn message(&self) -> &str {
        self.0
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.0))
    }

    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

/// Answers the next COMMIT so, after it was carried out.
#[derive(Debug, Default)]
struct Answers(Mutex<Option<Code>>);

impl FaultPoint for Answers {
    fn at(&self, _: Step) -> Result<(), Injected> {
        Ok(())
    }

    fn answer_to_commit(&self) -> Option<sqlx::Error> {
        self.0.lock().unwrap().take().map(|code| sqlx::Error::Database(Box::new(code)))
    }
}

/// BUSY, READONLY, and the ways in which input and output fail: in general, reading short, writing, flushing the file and
/// its folder, and the index of the log that readers share.
const LEAVE_IT_OPEN: [&str; 9] = ["5", "8", "10", "522", "778", "1034", "1290", "4874", "5386"];

#[tokio::test]
async fn a_commit_that_failed_on_the_disk_may_have_been_done() {
    let lines = Lines::default();
    let _kept = tracing::subscriber::set_default(lines.subscriber(Format::Json, "info"));
    let place = Place::sqlite();
    let store = place.begun().await;
    let answers = Arc::new(Answers::default());
    let rig = Rig::with(store.clone(), Some(Arc::<Answers>::clone(&answers))).await;
    for code in LEAVE_IT_OPEN {
        rig.write(Record, 1).await.unwrap().into_inner();
        let before = rig.verify_log().await;
        *answers.0.lock().unwrap() = Some(Code(code));
        let answer = rig.write(Record, 1).await;
        assert!(matches!(answer, Err(WriteError::Unknown(_))), "{code}: {answer:?}");
        assert_eq!(rig.verify_log().await, before + 1, "{code}: it was done");
    }
    store.close().await;
    let said = lines.take();
    assert!(!said.contains("does not write") && said.contains("does not say whether it wrote"), "{said}");
}

/// What the server seems to do with COMMIT.
#[derive(Debug, Clone, Copy)]
enum Twist {
    /// It carries it out and is gone before it answers.
    Gone,
    /// It carries it out and answers that.
    Done(&'static str, &'static str),
    /// It undoes the transaction and answers that.
    Undone(&'static str, &'static str),
}

impl Twist {
    const fn is_done(self) -> bool {
        matches!(self, Self::Gone | Self::Done(..))
    }

    /// The answer on the wire (PostgreSQL's protocol, version 3: `ErrorResponse`, and `ReadyForQuery` where the session
    /// goes on).
    fn bytes(self) -> Vec<u8> {
        let (Self::Done(severity, code) | Self::Undone(severity, code)) = self else { return Vec::new() };
        let fields = format!("S{severity}\0V{severity}\0C{code}\0Mput in its place\0\0");
        let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
        let answer = [b"E", length.as_slice(), fields.as_bytes()].concat();
        if severity == "ERROR" { [answer.as_slice(), b"Z\0\0\0\x05I"].concat() } else { answer }
    }
}

type Plan = Arc<Mutex<Option<Twist>>>;

/// A message of the protocol after the first: its type, its length with itself, and what it says.
async fn message(from: &mut OwnedReadHalf) -> Option<Vec<u8>> {
    let mut head = [0; 5];
    from.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes(head[1..].try_into().unwrap());
    let mut body = vec![0; usize::try_from(length).unwrap() - 4];
    from.read_exact(&mut body).await.ok()?;
    Some([head.as_slice(), &body].concat())
}

/// One session, until either side leaves or the plan ends it.
async fn pass_on(client: TcpStream, server: TcpStream, plan: Plan) {
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let now = Plan::default();
    tokio::spawn(answer(from_server, to_client, Arc::clone(&now)));
    // The first message has no type.
    let Ok(length) = from_client.read_u32().await else { return };
    let mut first = vec![0; usize::try_from(length).unwrap() - 4];
    from_client.read_exact(&mut first).await.unwrap();
    to_server.write_all(&[length.to_be_bytes().as_slice(), &first].concat()).await.unwrap();
    while let Some(mut sent) = message(&mut from_client).await {
        let commits = sent.starts_with(b"Q") && sent.ends_with(b"COMMIT\0");
        let twist = plan.lock().unwrap().take_if(|_| commits);
        if let Some(twist) = twist {
            *now.lock().unwrap() = Some(twist);
            if !twist.is_done() {
                sent = b"Q\0\0\0\x0dROLLBACK\0".to_vec();
            }
        }
        if to_server.write_all(&sent).await.is_err() {
            return;
        }
    }
}

/// What the server says, but for what it says to the twisted COMMIT.
async fn answer(mut from_server: OwnedReadHalf, mut to_client: OwnedWriteHalf, now: Plan) {
    while let Some(mut answer) = message(&mut from_server).await {
        let twist = now.lock().unwrap().take();
        if let Some(twist) = twist {
            while !answer.starts_with(b"Z") {
                answer = message(&mut from_server).await.unwrap();
            }
            answer = twist.bytes();
        }
        let goes_on =
            twist.is_none_or(|twist| matches!(twist, Twist::Done("ERROR", _) | Twist::Undone("ERROR", _)));
        if to_client.write_all(&answer).await.is_err() || !goes_on {
            return;
        }
    }
}

/// A way to the server of this address that twists what it is planned to; the address of that way.
async fn way_to(url: &str, plan: Plan) -> String {
    let (user, rest) = url.strip_prefix("postgres://").unwrap().split_once('@').unwrap();
    let (server, name) = rest.split_once('/').unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let own = listener.local_addr().unwrap();
    let server = server.to_owned();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(pass_on(client, server, Arc::clone(&plan)));
        }
    });
    format!("postgres://{user}@{own}/{name}?sslmode=disable")
}

#[tokio::test]
async fn a_server_that_ends_at_commit_may_have_done_it() {
    let Some(place) = Place::postgres().await else { return };
    place.begun().await.close().await;
    let plan = Plan::default();
    let url = way_to(&place.url, Arc::clone(&plan)).await;
    let store = Store::open(&url, &OpenOptions::default()).await.unwrap();
    let rig = Rig::on(store.clone()).await;
    let cases = [
        (Twist::Gone, false),
        // No room for its own log; an administrator's stop; a disk that fails: the record of the commit may be there.
        (Twist::Done("PANIC", "53100"), false),
        (Twist::Done("FATAL", "57P01"), false),
        (Twist::Done("PANIC", "58030"), false),
        (Twist::Done("ERROR", "40003"), false),
        (Twist::Undone("FATAL", "53100"), false),
        (Twist::Undone("ERROR", "40001"), false),
        // It says ERROR only once it has undone the transaction.
        (Twist::Undone("ERROR", "53100"), true),
    ];
    for (twist, is_known) in cases {
        rig.write(Record, 1).await.unwrap().into_inner();
        let before = rig.verify_log().await;
        *plan.lock().unwrap() = Some(twist);
        let answer = rig.write(Record, 1).await;
        assert!(plan.lock().unwrap().is_none(), "{twist:?}: COMMIT did not come by");
        let named = answer.as_ref().map_err(WriteError::error_code).map(|_| ());
        let code = match twist {
            Twist::Done(_, "53100") | Twist::Undone(_, "53100") => "database_full",
            Twist::Done(_, "58030") => "database_io",
            _ => "commit_unknown",
        };
        assert_eq!(named, Err(code), "{twist:?}: whatever is known, it is called by its name");
        match answer {
            Err(WriteError::Unknown(_)) => assert!(!is_known, "{twist:?}"),
            Err(WriteError::Unavailable(_)) => assert!(is_known, "{twist:?}"),
            other => panic!("{twist:?}: {other:?}"),
        }
        assert_eq!(rig.verify_log().await - before, u64::from(twist.is_done()), "{twist:?}");
    }
    store.close().await;
    place.remove().await;
}
