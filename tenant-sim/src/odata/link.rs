//! Opaque tokens of nextLinks and deltaLinks: sealed, so that a made-up one is recognised.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, de::DeserializeOwned};

use crate::guid::mix;

/// Longer tokens are not ours.
const MAX_TOKEN: usize = 64 * 1024;

/// A token that [`open`] reads back with the same key.
pub(crate) fn seal<T: Serialize>(key: u64, value: &T) -> String {
    // Our own tokens are plain structs; serialising them cannot fail.
    let mut bytes = serde_json::to_vec(value).unwrap_or_default();
    scramble(key, &mut bytes);
    let check = checksum(key, &bytes);
    bytes.extend_from_slice(&check.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What was sealed; `None` for a token that was changed or is not ours.
pub(crate) fn open<T: DeserializeOwned>(key: u64, token: &str) -> Option<T> {
    if token.len() > MAX_TOKEN {
        return None;
    }
    let mut bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let check = bytes.split_off(bytes.len().checked_sub(8)?);
    if check != checksum(key, &bytes).to_be_bytes() {
        return None;
    }
    scramble(key, &mut bytes);
    serde_json::from_slice(&bytes).ok()
}

/// Makes the content unreadable at a glance; nobody should build on it.
fn scramble(key: u64, bytes: &mut [u8]) {
    for (block, chunk) in bytes.chunks_mut(8).enumerate() {
        let pad = mix(key ^ block as u64).to_be_bytes();
        for (byte, mask) in chunk.iter_mut().zip(pad) {
            *byte ^= mask;
        }
    }
}

fn checksum(key: u64, bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(mix(key), |sum, byte| mix(sum ^ u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_sealed_value_opens_with_its_key_only(text in ".{0,80}", key: u64) {
            let token = seal(key, &text);
            prop_assert_eq!(open::<String>(key, &token), Some(text));
            prop_assert_eq!(open::<String>(key.wrapping_add(1), &token), None);
        }

        #[test]
        fn any_text_is_refused_without_a_panic(text in ".{0,200}") {
            prop_assert_eq!(open::<String>(9, &text), None);
        }
    }
}
