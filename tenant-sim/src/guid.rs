//! GUIDs, made from a seed so that a tenant is the same every time.

use std::fmt::Write as _;

/// A GUID as a number.
pub(crate) type Guid = u128;

/// One step of `SplitMix64`: spreads a counter over all 64 bits.
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The `counter`th GUID (version 4 form) of a seed.
pub(crate) fn guid(seed: u64, counter: u64) -> Guid {
    let high = mix(mix(seed).wrapping_add(counter));
    let low = mix(high ^ counter.rotate_left(32));
    let raw = (u128::from(high) << 64) | u128::from(low);
    (raw & !(0xF << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62)
}

/// The usual lower-case form with hyphens.
pub(crate) fn text(id: Guid) -> String {
    let mut out = String::with_capacity(36);
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        id >> 96,
        (id >> 80) & 0xFFFF,
        (id >> 64) & 0xFFFF,
        (id >> 48) & 0xFFFF,
        id & 0xFFFF_FFFF_FFFF
    );
    out
}

/// Reads a GUID in any letter case.
pub(crate) fn parse(input: &str) -> Option<Guid> {
    let bytes = input.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut id: u128 = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
        } else {
            id = (id << 4) | u128::from(char::from(*byte).to_digit(16)?);
        }
    }
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_survives_its_text() {
        for counter in 0..1000 {
            let id = guid(7, counter);
            assert_eq!(parse(&text(id)), Some(id));
            assert_eq!(text(id).as_bytes()[14], b'4');
        }
        assert_eq!(parse("not-a-guid"), None);
    }

    #[test]
    fn seeds_and_counters_give_different_guids() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..20 {
            for counter in 0..200 {
                assert!(seen.insert(guid(seed, counter)));
            }
        }
    }
}
