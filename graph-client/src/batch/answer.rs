//! Reading the answer to a batch.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::decode::{self, AtMost};
use crate::error::{Error, Excess, Result, request_id};
use crate::transport::TransportResponse;

/// A batch has twenty requests; so many answers are no answer to it.
const MAX_ANSWERS: usize = 200;
/// What HTTP itself is read with: so many headers, of so many bytes.
const MAX_HEADERS: usize = 100;
const MAX_HEADER_BYTES: usize = 400 * 1024;

/// One answer inside a batch, in the shape of an answer by itself.
pub(super) struct Incoming {
    pub(super) id: String,
    pub(super) response: TransportResponse,
    /// It has more headers than are read of one.
    is_overfull: bool,
}

impl Incoming {
    pub(super) fn parse(body: &Bytes) -> Result<Vec<Self>> {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            #[serde(borrow)]
            responses: AtMost<&'a RawValue, MAX_ANSWERS>,
        }
        #[derive(Deserialize)]
        struct Response<'a> {
            id: String,
            status: u16,
            #[serde(default)]
            headers: Option<Headers>,
            #[serde(borrow, default)]
            body: Option<&'a RawValue>,
        }
        let envelope: Envelope<'_> = decode::object(body).map_err(Error::decode)?;
        // One that cannot be read is as good as missing, and is asked for again.
        let readable = envelope.responses.0.iter().filter_map(|raw| {
            let response: Response<'_> = serde_json::from_str(raw.get()).ok()?;
            let body = response.body.map_or_else(
                || Bytes::from_static(b"null"),
                |raw| body.slice(decode::place(body, raw.get())),
            );
            let headers = response.headers.unwrap_or_default();
            let status = StatusCode::from_u16(response.status).ok()?;
            Some(Self {
                id: response.id,
                response: TransportResponse::new(status, headers.map, body),
                is_overfull: headers.is_overfull,
            })
        });
        Ok(readable.collect())
    }

    /// The error that it is, if it has more headers than are read.
    pub(super) fn excess(&self) -> Option<Error> {
        let TransportResponse {
            status, headers, ..
        } = &self.response;
        self.is_overfull
            .then(|| Error::too_large(Excess::Headers).with_answer(*status, request_id(headers)))
    }

    pub(super) fn into_body(self) -> Result<Box<RawValue>> {
        decode::json(&self.response.body).map_err(Error::decode)
    }
}

/// The headers of one answer, as many as are read.
#[derive(Default)]
struct Headers {
    map: HeaderMap,
    is_overfull: bool,
}

impl Headers {
    /// The case of names varies between services; numbers occur as values.
    fn add(&mut self, name: String, value: &RawValue) {
        let text = serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned());
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(text)) {
            self.is_overfull |= self.map.try_append(name, value).is_err();
        }
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Headers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Headers, A::Error> {
                let mut headers = Headers::default();
                let (mut count, mut bytes) = (0, 0);
                while let Some((name, value)) = members.next_entry::<String, &RawValue>()? {
                    count += 1;
                    bytes += name.len() + value.get().len();
                    if count > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
                        headers.is_overfull = true;
                        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                        break;
                    }
                    headers.add(name, value);
                }
                Ok(headers)
            }
        }

        deserializer.deserialize_map(Members)
    }
}
