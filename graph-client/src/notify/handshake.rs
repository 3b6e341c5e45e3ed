//! The question that a webhook has to answer before it is sent anything.

use std::fmt;

use url::form_urlencoded;

use super::NotifyError;

/// The answer to Graph's question whether an address wants notifications: it must be sent within ten
/// seconds, with status 200 and content type [`Handshake::CONTENT_TYPE`].
/// <https://learn.microsoft.com/graph/change-notifications-delivery-webhooks>
#[derive(Clone, PartialEq, Eq)]
pub struct Handshake(String);

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handshake({} bytes)", self.0.len())
    }
}

impl Handshake {
    /// The content type of the answer.
    pub const CONTENT_TYPE: &'static str = "text/plain; charset=utf-8";
    /// Longer than any token of the service.
    const LONGEST: usize = 4096;

    /// Reads the query of a request; nothing when it is no handshake but a notification.
    ///
    /// # Errors
    ///
    /// [`NotifyError::UnsafeHandshake`] when the token is empty, very long, or holds markup or
    /// control characters: nobody should be able to make your site say what they like.
    pub fn of_query(query: &str) -> Result<Option<Self>, NotifyError> {
        let query = query.strip_prefix('?').unwrap_or(query);
        let mut tokens = form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| name == "validationToken")
            .map(|(_, token)| token);
        let Some(token) = tokens.next() else {
            return Ok(None);
        };
        let harmless = |c: char| !c.is_control() && !matches!(c, '<' | '>' | '\u{fffd}');
        let safe = !token.is_empty() && token.len() <= Self::LONGEST && token.chars().all(harmless);
        if !safe || tokens.next().is_some() {
            return Err(NotifyError::UnsafeHandshake);
        }
        Ok(Some(Self(token.into_owned())))
    }

    /// The body of the answer: the token, decoded.
    pub fn body(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_validation_token_is_answered_decoded() {
        let query = "validationToken=Validation%3a+Testing+client+application%20reachability";
        assert_eq!(
            Handshake::of_query(query).unwrap().unwrap().body(),
            "Validation: Testing client application reachability"
        );
        assert_eq!(Handshake::of_query("?a=b"), Ok(None));
        assert_eq!(Handshake::of_query(""), Ok(None));
    }

    #[test]
    fn what_should_not_be_echoed_is_refused() {
        for query in [
            "validationToken=",
            "validationToken=%3Cscript%3E",
            "validationToken=a%0d%0ab",
            "validationToken=%ff",
            "validationToken=a&validationToken=b",
            &format!("validationToken={}", "a".repeat(5000)),
        ] {
            assert_eq!(
                Handshake::of_query(query),
                Err(NotifyError::UnsafeHandshake)
            );
        }
    }

    proptest! {
        #[test]
        fn never_echoes_markup(query in "\\PC{0,80}") {
            for query in [query.clone(), format!("validationToken={query}")] {
                if let Ok(Some(handshake)) = Handshake::of_query(&query) {
                    prop_assert!(!handshake.body().contains(['<', '>', '\r', '\n', '\0']));
                }
            }
        }
    }
}
