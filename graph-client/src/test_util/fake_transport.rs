use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::Mutex;
use std::task::Poll;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::Url;

use crate::error::{TransportError, TransportErrorKind};
use crate::sync::lock;
use crate::transport::{Transport, TransportRequest, TransportResponse};

/// A transport that answers by script and remembers what it was asked.
///
/// Token requests are answered by themselves unless scripted. A request that nothing was scripted
/// for gets status 501 with a body that says what would have been answered; see also
/// [`unmatched`](Self::unmatched).
#[derive(Debug, Default)]
pub struct FakeTransport {
    state: Mutex<TransportState>,
}

#[derive(Debug, Default)]
struct TransportState {
    scripts: Vec<Script>,
    requests: Vec<Recorded>,
    unmatched: Vec<String>,
    tokens: u64,
}

#[derive(Debug)]
struct Script {
    path: String,
    answers: VecDeque<Answer>,
}

/// A request that was sent. Unlike the client's own types it shows everything: use made-up secrets.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Recorded {
    /// The method.
    pub method: Method,
    /// The URL.
    pub url: Url,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Whether it had to go over a new connection.
    pub fresh_connection: bool,
    /// Whether it might go to public addresses only.
    pub public_only: bool,
}

impl Recorded {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Path and query, percent-decoded for reading.
    pub fn target(&self) -> String {
        let query: Vec<String> = self
            .url
            .query_pairs()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let path = self.url.path();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", query.join("&"))
        }
    }
}

/// One scripted answer.
#[derive(Clone)]
pub struct Answer {
    reply: Reply,
    headers: HeaderMap,
}

#[derive(Clone)]
enum Reply {
    Response(StatusCode, Bytes),
    Failure(TransportErrorKind),
    Never,
}

impl Answer {
    /// An empty answer with this status; one that is no status becomes 500.
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            reply: Reply::Response(status, Bytes::new()),
            headers: HeaderMap::new(),
        }
    }

    /// 200 with JSON.
    pub fn json(body: impl Into<String>) -> Self {
        Self::status(200)
            .body(body)
            .header("content-type", "application/json")
    }

    /// Graph's error envelope with this status and code.
    pub fn error(status: u16, code: &str) -> Self {
        Self::status(status).body(format!(
            r#"{{"error":{{"code":"{code}","message":"made up"}}}}"#
        ))
    }

    /// No answer at all.
    pub fn failure(kind: TransportErrorKind) -> Self {
        Self {
            reply: Reply::Failure(kind),
            headers: HeaderMap::new(),
        }
    }

    /// The request stays under way until it is dropped.
    pub fn never() -> Self {
        Self {
            reply: Reply::Never,
            headers: HeaderMap::new(),
        }
    }

    /// With this body.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        if let Reply::Response(_, old) = &mut self.reply {
            *old = body.into().into();
        }
        self
    }

    /// With these bytes for a body, which need not be text.
    #[must_use]
    pub fn bytes(mut self, body: impl Into<Bytes>) -> Self {
        if let Reply::Response(_, old) = &mut self.reply {
            *old = body.into();
        }
        self
    }

    /// With this header; one that HTTP does not allow, or one too many, is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            let _ = self.headers.try_append(name, value);
        }
        self
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reply {
            Reply::Response(status, body) => write!(f, "Answer({status}, {} bytes)", body.len()),
            Reply::Failure(kind) => write!(f, "Answer({kind:?})"),
            Reply::Never => f.write_str("Answer(never)"),
        }
    }
}

impl FakeTransport {
    /// A transport that knows no answers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Scripts answers, given one after the other, for a path such as `/v1.0/users`. With a query,
    /// as [`Recorded::target`] shows it, only that query is meant; without, any. More for the same
    /// path go behind those.
    pub fn on(&self, path: &str, answers: impl IntoIterator<Item = Answer>) {
        let mut state = lock(&self.state);
        let answers = answers.into_iter();
        match state.scripts.iter_mut().find(|script| script.path == path) {
            Some(script) => script.answers.extend(answers),
            None => state.scripts.push(Script {
                path: path.to_owned(),
                answers: answers.collect(),
            }),
        }
    }

    /// Everything that was asked, token requests included, in order.
    pub fn all_requests(&self) -> Vec<Recorded> {
        lock(&self.state).requests.clone()
    }

    /// Everything that was asked but tokens, in order.
    pub fn requests(&self) -> Vec<Recorded> {
        self.all_requests()
            .into_iter()
            .filter(|request| !is_token(&request.url))
            .collect()
    }

    /// The requests for tokens, in order.
    pub fn token_requests(&self) -> Vec<Recorded> {
        self.all_requests()
            .into_iter()
            .filter(|request| is_token(&request.url))
            .collect()
    }

    /// What was asked that nothing was scripted for, explained.
    pub fn unmatched(&self) -> Vec<String> {
        lock(&self.state).unmatched.clone()
    }
}

fn is_token(url: &Url) -> bool {
    url.path().ends_with("/oauth2/v2.0/token")
}

impl TransportState {
    fn answer(&mut self, request: &Recorded) -> Answer {
        let target = request.target();
        let path = request.url.path();
        let exact = self
            .scripts
            .iter()
            .position(|s| s.path == target && !s.answers.is_empty());
        let any = || {
            self.scripts
                .iter()
                .position(|s| s.path == path && !s.answers.is_empty())
        };
        if let Some(answer) = exact
            .or_else(any)
            .and_then(|i| self.scripts.get_mut(i)?.answers.pop_front())
        {
            return answer;
        }
        if is_token(&request.url) {
            self.tokens += 1;
            let token = self.tokens;
            return Answer::json(format!(
                r#"{{"token_type":"Bearer","expires_in":3599,"access_token":"token-{token}"}}"#
            ));
        }
        let known: Vec<String> = self
            .scripts
            .iter()
            .map(|script| format!("{} ({} left)", script.path, script.answers.len()))
            .collect();
        let why = format!(
            "nothing scripted for {} {target}; scripted: {}",
            request.method,
            known.join(", ")
        );
        self.unmatched.push(why.clone());
        Answer::status(501).body(why)
    }
}

#[async_trait]
impl Transport for FakeTransport {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        let recorded = Recorded {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
            fresh_connection: request.fresh_connection,
            public_only: request.public_only,
        };
        let answer = {
            let mut state = lock(&self.state);
            let answer = state.answer(&recorded);
            state.requests.push(recorded);
            answer
        };
        // The network takes a turn, so that callers side by side are seen side by side.
        let mut yielded = false;
        poll_fn(|context| {
            if std::mem::replace(&mut yielded, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        match answer.reply {
            Reply::Response(_, body) if body.len() > request.max_body => {
                Err(TransportError::new(TransportErrorKind::TooLarge))
            }
            Reply::Response(status, body) => {
                let mut headers = answer.headers;
                headers
                    .entry(CONTENT_TYPE)
                    .or_insert(HeaderValue::from_static("application/json"));
                Ok(TransportResponse::new(status, headers, body))
            }
            Reply::Failure(kind) => Err(TransportError::new(kind)),
            Reply::Never => std::future::pending().await,
        }
    }
}
