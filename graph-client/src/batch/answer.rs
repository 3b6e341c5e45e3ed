//! Reading the answer to a batch.

use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::decode;
use crate::error::{Error, Result};
use crate::transport::TransportResponse;

/// One answer inside a batch, in the shape of an answer by itself.
pub(super) struct Incoming {
    pub(super) id: String,
    pub(super) response: TransportResponse,
}

impl Incoming {
    pub(super) fn parse(body: &[u8]) -> Result<Vec<Self>> {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            #[serde(borrow)]
            responses: Vec<&'a RawValue>,
        }
        #[derive(Deserialize)]
        struct Response<'a> {
            id: String,
            status: u16,
            #[serde(default)]
            headers: Option<HashMap<String, serde_json::Value>>,
            #[serde(borrow, default)]
            body: Option<&'a RawValue>,
        }
        let envelope: Envelope<'_> = decode::borrowed(body).map_err(Error::decode)?;
        // One that cannot be read is as good as missing, and is asked for again.
        let readable = envelope.responses.iter().filter_map(|raw| {
            let response: Response<'_> = serde_json::from_str(raw.get()).ok()?;
            let body = response.body.map_or_else(
                || Bytes::from_static(b"null"),
                |raw| Bytes::copy_from_slice(raw.get().as_bytes()),
            );
            let headers = header_map(response.headers.unwrap_or_default());
            let status = StatusCode::from_u16(response.status).ok()?;
            Some(Self {
                id: response.id,
                response: TransportResponse::new(status, headers, body),
            })
        });
        Ok(readable.collect())
    }

    pub(super) fn into_body(self) -> Result<Box<RawValue>> {
        decode::json(&self.response.body).map_err(Error::decode)
    }
}

/// The case of names varies between services; numbers occur as values.
fn header_map(headers: HashMap<String, serde_json::Value>) -> HeaderMap {
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    headers
        .into_iter()
        .filter_map(|(name, value)| {
            Some((
                HeaderName::try_from(name).ok()?,
                HeaderValue::try_from(text(value)).ok()?,
            ))
        })
        .collect()
}
